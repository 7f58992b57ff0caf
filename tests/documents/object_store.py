"""A server that speaks S3, on loopback, and what a client of it finds in its environment."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

BUCKET = "gongmun-test"


@contextmanager
def running_object_store() -> Iterator[Mapping[str, str]]:
    """Start it with the empty bucket `BUCKET`; the environment of its clients."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        client = boto3.client(
            "s3",
            endpoint_url=f"http://{host}:{port}",
            region_name="us-east-1",
            aws_access_key_id="id",
            aws_secret_access_key="secret",
        )
        client.create_bucket(Bucket=BUCKET)
        client.close()
        yield {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "id",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
    finally:
        server.stop()
