"""What sagetop is measured beside: the smallest program that does the same kind of thing."""

EMPTY_APP = """
from textual.app import App
App().run()
"""

CLOCK_APP = """
from datetime import datetime
from textual.app import App
from textual.widgets import Static

class Clock(App):
    CSS = "Static { width: 14; height: 1; }"

    def compose(self):
        yield Static()

    def on_mount(self):
        self.tick()
        self.set_interval(1.0, self.tick)

    def tick(self):
        self.query_one(Static).update(datetime.now().strftime("%d %b %H:%M:%S"))

Clock().run()
"""

LIST_100_JOBS = """
import sys
import boto3
client = boto3.client("sagemaker", endpoint_url=sys.argv[1])
for job in client.list_training_jobs(MaxResults=100, SortOrder="Descending")["TrainingJobSummaries"]:
    print(job["TrainingJobName"], job["TrainingJobStatus"], job["CreationTime"])
"""

POLL_EACH_JOB = """
import sys
import time
import boto3
url, period, *names = sys.argv[1:]
client = boto3.client("sagemaker", endpoint_url=url)
while True:
    began = time.monotonic()
    for name in names:
        job = client.describe_training_job(TrainingJobName=name)
        print(job["TrainingJobName"], job["SecondaryStatus"], flush=True)
    time.sleep(max(0.0, float(period) - (time.monotonic() - began)))
"""

WAIT_FOR_JOB = """
import sys
import boto3
client = boto3.client("sagemaker", endpoint_url=sys.argv[1])
client.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName=sys.argv[2])
print("it ended")
"""
