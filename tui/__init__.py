"""sagetop: top for SageMaker training."""

__version__ = "0.1.0"
