"""Addresses of the banking room."""

from django.urls import path

from truongso.banking.web import (
    batches,
    calendar,
    claims,
    columns,
    deposits,
    feeds,
    hooks,
    lines,
    queue,
    refunds,
    statements,
    taken_back,
)

app_name = "banking"

urlpatterns = [
    path("hooks/sepay/<str:connection>", hooks.feed_notice, {"provider": "sepay"}, name="hook_sepay"),
    path("hooks/casso/<str:connection>", hooks.feed_notice, {"provider": "casso"}, name="hook_casso"),
    # payOS is a gateway too, at /hooks/payos/…: its bank feed has an address of its own.
    path("hooks/payos-bank/<str:connection>", hooks.feed_notice, {"provider": "payos"}, name="hook_payos"),
    path("thu/doi-soat", queue.queue, name="queue"),
    path("thu/doi-soat/khop-lai", queue.match_again, name="match_again"),
    path("thu/doi-soat/tai-ve", queue.export, name="queue_export"),
    path("thu/giao-dich/<str:public_id>", lines.line_page, name="line"),
    path("thu/giao-dich/<str:public_id>/ghi-nhan", lines.assign, name="assign"),
    path("thu/giao-dich/<str:public_id>/xep-lai", lines.set_aside, name="set_aside"),
    path("thu/tien-ra", refunds.outgoing, name="outgoing"),
    path("thu/giao-dich/<str:public_id>/hoan-tien", refunds.link, name="refund_link"),
    path("thu/giao-dich/<str:public_id>/bo-hoan-tien", refunds.unlink, name="refund_unlink"),
    path("thu/giao-dich/<str:public_id>/quyet-toan", batches.link, name="link_batch"),
    path("thu/giao-dich/<str:public_id>/go-quyet-toan", batches.unlink, name="unlink_batch"),
    path("thu/quyet-toan/<str:public_id>/ngan-hang", batches.batch_bank, name="batch_bank"),
    path("thu/giao-dich/<str:public_id>/hoan-tac", lines.undo, name="undo"),
    path("thu/giao-dich/<str:public_id>/nop-quy", deposits.link, name="link_deposit"),
    path("thu/giao-dich/<str:public_id>/bo-noi", deposits.unlink, name="unlink_deposit"),
    path("thu/giao-dich/<str:public_id>/khong-phai-nop-quy", deposits.not_a_deposit, name="not_a_deposit"),
    path("thu/nop-quy", deposits.deposits_page, name="deposits"),
    path("thu/nop-quy/<str:public_id>/huy", deposits.cancel, name="cancel_deposit"),
    path("thu/giao-dich/<str:public_id>/thu-hoi", taken_back.confirm, name="take_back"),
    path("thu/sao-ke", statements.overview, name="statements"),
    path("thu/sao-ke/tai-len", statements.upload, name="upload"),
    path("thu/sao-ke/lich", calendar.covered_days, name="calendar"),
    path("thu/sao-ke/mau", columns.kept, name="layouts"),
    path("thu/sao-ke/mau/them", columns.take_over, name="layout_import"),
    path("thu/sao-ke/mau/<str:public_id>/tai-ve", columns.share, name="layout_file"),
    path("thu/sao-ke/mau/<str:public_id>/xoa", columns.forget, name="layout_delete"),
    path("thu/sao-ke/<str:public_id>/cot", columns.columns, name="columns"),
    path("thu/sao-ke/<str:public_id>", statements.statement_page, name="statement"),
    path("thu/sao-ke/<str:public_id>/nhap", statements.apply, name="apply"),
    path("thu/sao-ke/<str:public_id>/tep", statements.original, name="original"),
    path("thu/sao-ke/<str:public_id>/dong-chua-nhap", statements.refused, name="refused"),
    path("thu/bao-da-nop", claims.claim_list, name="claims"),
    path("thu/bao-da-nop/<str:public_id>", claims.claim_page, name="claim"),
    path("thu/ket-noi", feeds.connections, name="feeds"),
    path("thu/ket-noi/moi", feeds.connect, name="connect"),
    path("thu/ket-noi/<str:public_id>/ngung", feeds.disconnect, name="disconnect"),
]
