from django.apps import AppConfig


class SealsConfig(AppConfig):
    name = "seals"

    def ready(self) -> None:
        # Models are not loaded when this module is; the registrations need them.
        from households.keeping import register_keeper  # noqa: PLC0415
        from seals import (  # noqa: PLC0415
            clocks,
            duty_checks,
            easing,
            facet,
            family,
            handlers,
            keeper,
            lift,
            lodging_keeping,
            merged,
            planners,
            planning,
        )

        handlers.connect()
        lift.register_check(easing.stages_done)
        lift.register_check(family.parts_stay, family.all_parts)
        planning.register("verify", planners.VerifyPlanner())
        planning.register("recall", planners.RecallPlanner())
        planning.register("task", planners.TaskPlanner())
        clocks.connect()
        duty_checks.connect()
        facet.connect()
        lodging_keeping.connect()
        merged.connect()
        register_keeper(keeper.RecallKeeper())
