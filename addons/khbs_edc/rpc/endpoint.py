# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""One request: authentication, dispatch, one commit, one answer."""

import contextlib
import logging
import random
import secrets
import time

import psycopg2

from odoo.exceptions import LockError

from odoo.addons.khbs_cards.authority import AuthorityError
from odoo.addons.khbs_cards.exceptions import ProtocolError
from odoo.addons.khbs_cards.protocol import strict_json

from . import alerts, authentication, dispatcher
from .dispatcher import Busy, RpcError
from .methods import registry

MAINTENANCE = 1603
_logger = logging.getLogger(__name__)

CONFLICTS = (
    psycopg2.errors.LockNotAvailable,
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.UniqueViolation,
    LockError,
)


def serve(env, header, body, address):
    """Return the answer to *body* (an object, a list or None), committed.

    Two that get in each other's way: the later is undone as a whole and told to come
    again. Nothing is left to Odoo, which would repeat the request while the worker
    waits, or answer in HTML.

    :param env: without a user
    :param header: value of Authorization, or None
    :param address: of the caller; limits what nobody signed
    """
    try:
        answer = _serve(env, header, body, address)
        # The answer carries a signed acknowledgement: durable before it leaves.
        env.cr.commit()  # pylint: disable=invalid-commit
        return answer
    except (Busy, *CONFLICTS) as error:
        env.cr.rollback()
        retry_after = getattr(error, "retry_after", None) or random.randint(1, 5)
        return dispatcher.busy(body, strict_json.loads, retry_after)
    except Exception:
        error = _internal_error()
        with contextlib.suppress(psycopg2.Error):
            env.cr.rollback()
        return dispatcher.refuse(body, strict_json.loads, error)


def _serve(env, header, body, address):
    now = int(time.time())

    def admit():
        if header is None:
            env["khbs.edc.seen.request"]._limit_address(address)
            return None
        return authentication.authenticate(env, header, body, now)

    try:
        sender = admit()
    except RpcError as error:
        return dispatcher.refuse(body, strict_json.loads, error)
    except AuthorityError:
        error = RpcError(MAINTENANCE, "maintenance")
        return dispatcher.refuse(body, strict_json.loads, error)
    user = sender.user_id if sender else env.ref("khbs_edc.user_device").id
    device_env = env(user=user, su=True)
    has_pushed = False

    def run(name, params, is_alone):
        nonlocal has_pushed
        call = registry.Call(device_env, sender, now)
        state = sender.state if sender else None
        # A push that shows a fork suspends the device for the rest of the batch.
        if has_pushed:
            state = call.terminal.state
        result = _run(call, name, params, state, admit if is_alone else None)
        has_pushed = has_pushed or name == "edc.journal.push"
        return result

    return dispatcher.dispatch(body, strict_json.loads, run)


@contextlib.contextmanager
def _undone_with_all(cr, admit):
    """Undo the block, if it raises, with all of the transaction, and admit it again.

    For the only element of a request: it needs no savepoint. That the request came is
    remembered all the same.
    """
    try:
        yield
        cr.flush()
    except (Busy, *CONFLICTS):
        raise
    except Exception:
        cr.rollback()
        admit()
        raise


def _run(call, name, params, state, admit):
    """Run one method; what it did is undone if it raises.

    :param admit: admits the request again, of which this is the only element; None if
        there are others
    """
    cr = call.env.cr
    try:
        function = registry.find(name, call.sender, state)
        with _undone_with_all(cr, admit) if admit else cr.savepoint():
            result = function(call, params)
        _notice(call, alerts.of_result(name, result))
        return result
    except RpcError as error:
        _notice(call, alerts.of_error(name, params, error))
        raise
    except (Busy, *CONFLICTS):
        raise
    except ProtocolError as error:
        _notice(call, alerts.of_error(name, params, error))
        raise RpcError(error.code, error.message, error.data) from error
    except AuthorityError as error:
        # Logged and recorded where it arose.
        raise RpcError(MAINTENANCE, "maintenance") from error
    except Exception as error:
        raise _internal_error() from error


def _notice(call, shown):
    """Note a card that was shown and does not count, for the office to see."""
    if shown:
        call.env["khbs.card.alert"]._notice_answer(call.terminal, *shown)


def _internal_error():
    """Log the exception under a reference and tell the caller the reference alone."""
    reference = secrets.token_hex(4)
    _logger.exception("EDC request failed, reference %s", reference)
    return RpcError(dispatcher.INTERNAL, "internal error", {"ref": reference})
