"""The other legs of a call, its conferences, and how each member of the staff answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LIVE = sa.text("state IN ('ringing', 'on_line')")


def upgrade() -> None:
    with op.batch_alter_table("phone_call", schema=None) as batch_op:
        batch_op.add_column(sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("held", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("awaiting_key_since", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "phone_leg",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("contact_id", sa.String(length=32), nullable=False),
        sa.Column("call_sid", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("label", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dialled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_phone_leg_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_leg")),
        sa.UniqueConstraint("call_sid", name=op.f("uq_phone_leg_call_sid")),
    )
    with op.batch_alter_table("phone_leg", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phone_leg_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_phone_leg_staff_id"), ["staff_id"], unique=False)
        batch_op.create_index("ix_phone_leg_state", ["state"], unique=False)
        batch_op.create_index(
            "uq_phone_leg_live_staff",
            ["contact_id", "staff_id"],
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        )
    op.create_table(
        "phone_conference",
        sa.Column("conference_sid", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.String(length=32), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_phone_conference_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conference_sid", name=op.f("pk_phone_conference")),
    )
    with op.batch_alter_table("phone_conference", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phone_conference_contact_id"), ["contact_id"], unique=False)
    op.create_table(
        "staff_phone",
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_phone")),
    )


def downgrade() -> None:
    op.drop_table("staff_phone")
    op.drop_table("phone_conference")
    op.drop_table("phone_leg")
    with op.batch_alter_table("phone_call", schema=None) as batch_op:
        batch_op.drop_column("awaiting_key_since")
        batch_op.drop_column("held")
        batch_op.drop_column("moved_at")
