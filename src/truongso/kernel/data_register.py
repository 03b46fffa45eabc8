"""What the tables of the kernel hold, of whom, what for and how long."""

from __future__ import annotations

from truongso.kernel.data_classes import Keep, Purpose, Subject, Table, table

TABLES: list[Table] = [
    table(
        "django_tasks_database.DBTaskResult",
        Subject.ANYBODY,
        Purpose.SYSTEM,
        Keep.WORK,
        technical=(
            "id status enqueued_at started_at finished_at priority task_path worker_ids queue_name backend_name "
            "run_after exception_class_path"
        ),
        text="args_kwargs return_value traceback",
    ),
    table(
        "kernel.AuditHead",
        Subject.NOBODY,
        Purpose.PROOF,
        Keep.AUDIT,
        technical="school_id seq hash",
    ),
    table(
        "kernel.AuditEntry",
        Subject.ANYBODY,
        Purpose.PROOF,
        Keep.AUDIT,
        technical="school_id seq at channel action subject_kind subject_id request_id prev_hash hash",
        actor="actor_id actor_label",
        personal="source device",
        text="params reason",
    ),
    table(
        "kernel.KeptHead",
        Subject.NOBODY,
        Purpose.PROOF,
        Keep.AUDIT,
        technical="school_id day seq hash kept_at",
    ),
    table(
        "kernel.OutboxEvent",
        Subject.ANYBODY,
        Purpose.SYSTEM,
        Keep.WORK,
        technical="school_id topic version created_at",
        text="payload",
    ),
    table(
        "kernel.OutboxDelivery",
        Subject.ANYBODY,
        Purpose.SYSTEM,
        Keep.WORK,
        technical="handler attempts next_attempt_at done_at last_error",
    ),
    table(
        "kernel.Job",
        Subject.ANYBODY,
        Purpose.SYSTEM,
        Keep.WORK,
        technical="school_id kind key state done total created_at updated_at finished_at",
        actor="started_by",
        text="params result error",
    ),
    table(
        "kernel.Tally",
        Subject.NOBODY,
        Purpose.SYSTEM,
        Keep.WORK,
        technical="key count ends_at",
    ),
    table(
        "kernel.DataKey",
        Subject.NOBODY,
        Purpose.SYSTEM,
        Keep.SCHOOL,
        technical="school_id use number created_at destroyed_at",
        credential="wrapped",
    ),
]
