"""A SOAP client that is not ours: zeep, from the WSDL alone.

Reads JSON from stdin: {"wsdl": url, "headers": {...}, "steps": [step, ...]}, and prints one JSON list with what became of
each step. A step is {"operation": name, "arguments": {...}} and, to send what zeep itself would not,
"remove": [element, ...], "append": {element: text, ...} or "doctype": true; "timeoutSeconds" is how long it
waits. What came back is {"answer": {...}}, {"fault": {"code", "text", "problems", "httpStatus"}},
{"refusedByClient": text} or {"noAnswer": true}.

Every answer and every fault's detail is held against the schema in the WSDL, by libxml2.
"""

import json
import sys

from lxml import etree
from requests import Timeout
from zeep import Client, Settings
from zeep.exceptions import Fault, ValidationError
from zeep.helpers import serialize_object
from zeep.transports import Transport

XSD = "{http://www.w3.org/2001/XMLSchema}"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
PAYMENT = "{urn:agora:payment:v1}"


def main():
    task = json.load(sys.stdin)
    transport = Transport(timeout=10)
    transport.session.trust_env = False
    transport.session.headers.update(task.get("headers", {}))
    client = Client(task["wsdl"], transport=transport, settings=Settings(strict=True))
    wsdl = etree.fromstring(transport.load(task["wsdl"]))
    # Through text, so that it takes the namespaces declared around it along.
    schema = etree.XMLSchema(etree.fromstring(etree.tostring(wsdl.find(f".//{XSD}schema"))))
    json.dump([take(client, schema, step) for step in task["steps"]], sys.stdout)


def take(client, schema, step):
    try:
        message = client.create_message(client.service, step["operation"], **step["arguments"])
    except (TypeError, ValidationError) as error:
        return {"refusedByClient": str(error)}
    operation = client.service._binding.get(step["operation"])
    client.transport.operation_timeout = step.get("timeoutSeconds", 10)
    try:
        response = post(client, step, change(message, step))
    except Timeout:
        return {"noAnswer": True}
    check(schema, response)
    try:
        answer = client.service._binding.process_reply(client, operation, response)
    except Fault as fault:
        return {
            "fault": {
                "code": fault.code,
                "text": fault.message,
                "problems": problems(fault.detail),
                "httpStatus": response.status_code,
            }
        }
    return {"answer": serialize_object(answer, dict)}


def change(message, step):
    """The envelope that zeep made, spoiled as the step says."""
    request = message.find(f"{SOAP}Body")[0]
    for name in step.get("remove", []):
        request.remove(request.find(PAYMENT + name))
    for name, text in step.get("append", {}).items():
        etree.SubElement(request, PAYMENT + name).text = text
    return message


def post(client, step, message):
    service = client.service
    action = service._binding.get(step["operation"]).soapaction
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}
    xml = etree.tostring(message)
    if step.get("doctype"):
        xml = b'<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/hostname">]>' + xml
    return client.transport.post(service._binding_options["address"], xml, headers)


def check(schema, response):
    body = etree.fromstring(response.content).find(f"{SOAP}Body")
    fault = body.find(f"{SOAP}Fault")
    holders = [body] if fault is None else fault.findall("detail")
    for holder in holders:
        for element in holder:
            schema.assertValid(etree.fromstring(etree.tostring(element)))


def problems(detail):
    if detail is None:
        return []
    found = detail.findall(f"{PAYMENT}InvalidRequest/{PAYMENT}problem")
    return [[one.findtext(PAYMENT + "path"), one.findtext(PAYMENT + "message")] for one in found]


main()
