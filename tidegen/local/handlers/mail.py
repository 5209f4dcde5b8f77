"""SES: templates and dedicated address pools."""

from tidegen.local.handlers.base import Handler, Properties, Resource, Result, handles
from tidegen.local.handlers.service import client

_PARTS = {"SubjectPart": "Subject", "TextPart": "Text", "HtmlPart": "Html"}


@handles("AWS::SES::Template")
class Template(Handler):
    """An email template, identified by its name."""

    def create(self, resource: Resource) -> Result:
        """Create the template."""
        name = self._name(resource)
        client("sesv2").create_email_template(
            TemplateName=name, TemplateContent=self._content(resource)
        )
        return Result(name)

    def update(self, resource: Resource) -> Result:
        """Change the content; create a new template for a new name."""
        name = resource.properties.get("Template", {}).get("TemplateName", resource.physical_id)
        if name != resource.physical_id:
            return self.create(resource)
        client("sesv2").update_email_template(
            TemplateName=name, TemplateContent=self._content(resource)
        )
        return Result(name)

    def delete(self, resource: Resource) -> None:
        """Delete the template."""
        client("sesv2").delete_email_template(TemplateName=resource.physical_id)

    def _name(self, resource: Resource) -> str:
        """Return the template's name, or a generated one."""
        given = resource.properties.get("Template", {}).get("TemplateName")
        return str(given or resource.identity.name())

    def _content(self, resource: Resource) -> Properties:
        """Return the content in the format of the API."""
        template = resource.properties.get("Template", {})
        return {new: template[old] for old, new in _PARTS.items() if old in template}


@handles("AWS::SES::DedicatedIpPool")
class DedicatedIpPool(Handler):
    """A pool of dedicated addresses."""

    def create(self, resource: Resource) -> Result:
        """Create the pool."""
        name = resource.properties.get("PoolName") or resource.identity.name().lower()
        client("sesv2").create_dedicated_ip_pool(
            PoolName=name, Tags=resource.tags(), **resource.only("ScalingMode")
        )
        return Result(name)

    def update(self, resource: Resource) -> Result:
        """Recreate the pool: the engine cannot change one."""
        self.delete(resource)
        client("sesv2").create_dedicated_ip_pool(
            PoolName=resource.physical_id, Tags=resource.tags(), **resource.only("ScalingMode")
        )
        return Result(resource.physical_id)

    def delete(self, resource: Resource) -> None:
        """Delete the pool."""
        client("sesv2").delete_dedicated_ip_pool(PoolName=resource.physical_id)
