from django.apps import AppConfig


class SealsConfig(AppConfig):
    name = "seals"

    def ready(self) -> None:
        # Models are not loaded when this module is; the registrations need them.
        from seals import easing, family, handlers, lift, planners, planning  # noqa: PLC0415

        handlers.connect()
        lift.register_check(easing.stages_done)
        lift.register_check(family.parts_stay)
        planning.register("verify", planners.VerifyPlanner())
        planning.register("recall", planners.RecallPlanner())
        planning.register("task", planners.TaskPlanner())
