"""Planted secrets, each put together of parts, so that no scanner takes this file for a leak; and what is none."""

KEY_ROWS = tuple(f"{'aB3dE5gH7jK9mN1pQ' * 4}"[n : n + 64] for n in range(3))
"""Rows of 64, as those of a private key."""
PEM = "\n".join(("-----BEGIN RSA " + "PRIVATE KEY-----", *KEY_ROWS, "-----END RSA " + "PRIVATE KEY-----"))

SHAPES = {
    "access key": "AKIA" + "IOSFODNN7EXAMPLE",
    "session": "IQoJb3JpZ2lu" + "X2VjEJr3yzExample0TokenOfSts9",
    "hugging face": "hf" + "_AbCdEfGhIjKlMnOpQrStUvWxYz012345",
    "github": "ghp" + "_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789",
    "github oauth": "gho" + "_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789",
    "openai": "sk-" + "proj-AbCdEfGhIjKlMnOpQrStUvWx",
    "slack": "xox" + "b-123456789012-abcdefABCDEF",
    "google": "AIza" + "SyA1B2C3D4E5F6G7H8I9J0K1L2M3N4O5P6Q",
    "gitlab": "glpat" + "-AbCdEfGhIjKlMnOpQrSt",
    "npm": "npm" + "_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789",
    "jwt": "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
}
"""Secrets that say so themselves, wherever they stand."""

SPOKEN = {
    "password=@": "hunter2secret",
    "db_password: @": "correct9horse",
    "DB_PASSWORD: @": "correcthorse",
    "--api-key @ --epochs 3": "abc123",
    'SM_USER_ARGS=["--epochs","3","--api_key","@"]': "abc 123",
    'SM_HPS={"epochs":3,"auth_token":"@"}': "a-b'c9",
    "SM_HP_API_KEY=@": "abc123",
    "Namespace(epochs=3, hf_token='@')": "notashape",
    '{"user": "me", "password": "@"}': 'quo\\"ted tail',
    "postgres://me:@@db:5432/x": "hunter2",
    "https://b.s3.amazonaws.com/k?X-Amz-Expires=9&X-Amz-Signature=@": "9f86d081884c7d659a2feaa0c55ad015",
    "https://b.s3.amazonaws.com/k?X-Amz-Security-Token=@&x=1": "FwoGZXIvYXdzEA",
    "https://a.blob.core.windows.net/c?sv=1&sig=@": "aBcDeFgHiJkLmNoPqRsT%3D",
    "https://x/?a=1&token=@&b=2": "abc",
    "Authorization: Bearer @": "abcdefghijkl",
    "{'Authorization': 'Basic @'}": "dXNlcjpodW50ZXI",
    "Authorization: AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=@": "9f86d081" * 8,
    "AKIA" + "IOSFODNN7EXAMPLE then @": "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
    "aws_secret_access_key = '@'": "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
    "using API key @ of the team": "q7Rt2Lp9Xz4Kw8Vn3Bm6Hs1Yd5",
    "token is @": "q7Rt2Lp9Xz4Kw8Vn3Bm6Hs1Yd5",
}
"""Texts that say what stands at @."""

HARMLESS = (
    "",
    "epoch 3 step 1200 loss=0.231 tokens/s=4,321 lr=1e-4",
    "commit 1f8a9c0d2b3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    'ETag: "d41d8cd98f00b204e9800998ecf8427e"',
    "request 550e8400-e29b-41d4-a716-446655440000 took 12 ms",
    "arn:aws:sagemaker:us-east-1:111122223333:training-job/pytorch-training-2023-08-21-13-51-12-345",
    "763104351884.dkr.ecr.us-west-2.amazonaws.com/pytorch@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c",
    "integrity sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg",
    "aGVsbG8gd29ybGQ=",
    "Loading tokenizer: bert-base-uncased, pad_token=<pad>, eos_token_id=50256",
    "special_tokens_map={'bos_token': '<|endoftext|>'}",
    "Basic authentication-handler installed; basic transformations follow",
    "KeyError: 'token'",
    "Invalid token: expected a string",
    "hub_token=args.hub_token, token=os.environ['HF_TOKEN']",
    "Found credentials in IAM Role: BaseNotebookInstanceEc2InstanceRole",
    "token_time=12.3ms max_tokens=4096 token=0.2s password=None",
    "s3://bucket/key/part-00001.parquet?versionId=null",
    "https://example.com:8443/path?epoch=3",
    "sk-learn-classification-model-training",
    "-----> building model <-----",
    "key=value keys: 12 keyword",
)
"""What fills logs."""

FORMS = ("@", "value @ in a text", '{"a": ["@"]}', "run --token @ --epochs 3", "https://me:@@host/x")
"""How a secret comes in a value."""


def values(secret: str) -> list[str]:
    """Return values that hold a secret."""
    return [form.replace("@", secret, 1) if "@@" not in form else f"https://me:{secret}@host/x" for form in FORMS]


def planted() -> dict[str, object]:
    """Return members of a description, in wire form, with every secret in every kind of place."""
    found = [value for secret in SHAPES.values() for value in values(secret)]
    text = " ; ".join(found)
    return {
        "HyperParameters": {f"setting{place}": value for place, value in enumerate(found)}
        | {"api_key": "by-name-only"},
        "Environment": {f"SETTING{place}": value for place, value in enumerate(found)} | {"KEY": PEM},
        "AlgorithmSpecification": {
            "TrainingImage": values(SHAPES["github"])[-1],
            "TrainingInputMode": "File",
            "ContainerArguments": ["--password", "by-name-only", *found],
        },
        "InputDataConfig": [
            {
                "ChannelName": "train",
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": found[4]}},
            }
        ],
        "OutputDataConfig": {"S3OutputPath": f"https://b/k?X-Amz-Signature={SHAPES['jwt']}"},
        "FailureReason": f"AlgorithmError: {text}",
        "DebugRuleEvaluationStatuses": [
            {"RuleConfigurationName": "Overfit", "RuleEvaluationStatus": "IssuesFound", "StatusDetails": text}
        ],
        "NewMember": {"Inner": text},
    }


def leaks(text: str) -> list[str]:
    """Return which planted secrets a text shows, be it only their beginnings."""
    known = [*SHAPES.values(), *KEY_ROWS, "by-name-only"]
    return [secret for secret in known if secret[:12] in text]
