"""How Py4J tells that the Java side is gone, in whatever call it happens."""

from __future__ import annotations

import pytest

from fangpin.lake.engine import EngineLost, EngineRefused

pytestmark = pytest.mark.spark


def test_a_call_that_was_never_answered_is_a_loss_and_a_told_error_is_none() -> None:
    from py4j.protocol import Py4JError

    from fangpin.lake.engines.spark_losses import refusals

    with pytest.raises(EngineLost), refusals("SELECT 1"):
        raise Py4JError("An error occurred while calling o149.getConfs")
    with pytest.raises(EngineRefused), refusals("SELECT 1"):
        raise Py4JError("An error occurred while calling o1.sql. Trace:\nno such method\n")
