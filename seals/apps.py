from django.apps import AppConfig


class SealsConfig(AppConfig):
    name = "seals"

    def ready(self) -> None:
        # Models are not loaded when this module is; the registrations need them.
        from households.keeping import register_keeper  # noqa: PLC0415
        from seals import (  # noqa: PLC0415
            clocks,
            easing,
            facet,
            family,
            handlers,
            keeper,
            lift,
            merged,
            planners,
            planning,
        )

        handlers.connect()
        lift.register_check(easing.stages_done)
        lift.register_check(family.parts_stay)
        planning.register("verify", planners.VerifyPlanner())
        planning.register("recall", planners.RecallPlanner())
        planning.register("task", planners.TaskPlanner())
        clocks.connect()
        facet.connect()
        merged.connect()
        register_keeper(keeper.RecallKeeper())
