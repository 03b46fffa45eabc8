"""Addresses of the workbench: lists, single lines, acts on them, questions, learnt payers."""

from django.urls import path

from truongso.banking.web import acts, bulk, four_queues, learning, lines, list_exports, queue, taken_back

urlpatterns = [
    path("thu/doi-soat", queue.queue, name="queue"),
    path("thu/doi-soat/xem-truoc-khop-lai", bulk.match_preview, name="match_preview"),
    path("thu/doi-soat/khop-lai", bulk.match_again, name="match_again"),
    path("thu/doi-soat/nhan-nhieu", bulk.accept, name="bulk"),
    path("thu/doi-soat/hoan-tac/<str:public_id>", acts.undo, name="undo_act"),
    path("thu/doi-soat/cau-hoi/<str:public_id>/rut", acts.withdraw, name="withdraw_question"),
    path("thu/doi-soat/bon-hang", four_queues.four_queues, name="four_queues"),
    path("thu/doi-soat/bon-hang/han", four_queues.save_terms, name="settle_terms"),
    path("thu/doi-soat/bon-hang/<slug:name>", four_queues.four_queues, name="four_queue"),
    path("thu/doi-soat/bon-hang/<slug:name>/tai-ve", four_queues.export, name="four_queue_export"),
    path("thu/doi-soat/da-hoc", learning.learnt, name="learnt"),
    path("thu/doi-soat/da-hoc/tai-ve", list_exports.learnt, name="learnt_export"),
    path("thu/doi-soat/da-hoc/bo", learning.forget, name="forget_payer"),
    path("thu/doi-soat/da-hoc/nho-lai", learning.remember, name="remember_payer"),
    path("thu/doi-soat/tai-ve", queue.export, name="queue_export"),
    path("thu/giao-dich/<str:public_id>", lines.line_page, name="line"),
    path("thu/giao-dich/<str:public_id>/ghi-nhan", lines.assign, name="assign"),
    path("thu/giao-dich/<str:public_id>/xep-lai", lines.set_aside, name="set_aside"),
    path("thu/giao-dich/<str:public_id>/hoi", acts.ask, name="ask_family"),
    path("thu/giao-dich/<str:public_id>/hoan-tac", lines.undo, name="undo"),
    path("thu/giao-dich/<str:public_id>/thu-hoi", taken_back.confirm, name="take_back"),
    path("thu/giao-dich/<str:public_id>/khong-thu-hoi", taken_back.give_back_view, name="give_back"),
]
