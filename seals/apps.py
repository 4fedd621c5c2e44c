from django.apps import AppConfig


class SealsConfig(AppConfig):
    name = "seals"

    def ready(self) -> None:
        # Models are not loaded when this module is; the registrations need them.
        from seals import handlers, planners, planning  # noqa: PLC0415

        handlers.connect()
        planning.register("verify", planners.VerifyPlanner())
        planning.register("recall", planners.RecallPlanner())
        planning.register("task", planners.TaskPlanner())
        from seals import duty_checks, lodging_keeping  # noqa: PLC0415

        duty_checks.connect()
        lodging_keeping.connect()
