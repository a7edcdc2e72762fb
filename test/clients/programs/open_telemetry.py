# Sends a log record and a span with OpenTelemetry's exporters for Python, which speak protobuf.
import json
import logging
import sys
import warnings

warnings.simplefilter("ignore")
from opentelemetry._logs import set_logger_provider
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

endpoint = sys.argv[1]
resource = Resource.create({"service.name": "python"})

loggers = LoggerProvider(resource=resource)
exporter = OTLPLogExporter(endpoint=f"{endpoint}/v1/logs", compression=Compression.Gzip)
loggers.add_log_record_processor(BatchLogRecordProcessor(exporter))
log = logging.getLogger("shop")
log.addHandler(LoggingHandler(logger_provider=loggers))
log.error("card declined", extra={"order": 42})

tracers = TracerProvider(resource=resource)
tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces")))
with tracers.get_tracer("shop").start_as_current_span("charge") as span:
    span.set_attribute("order", 42)

print(json.dumps({"logs": loggers.force_flush(), "spans": tracers.force_flush()}))
loggers.shutdown()
tracers.shutdown()
