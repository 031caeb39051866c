"""Builds ONNX graphs node by node: the smallest graph that computes something, the same bytes every time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

CONTRIB = "com.microsoft"
"""The domain of the operators that ONNX Runtime adds to the standard's."""
OPSET = 18
IR_VERSION = 9


class GraphBuilder:
    """A graph on its way. Tensors are known by their names; a constant that several nodes use is stored once."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Adds a constant unless one of this name is there, and returns its name."""
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def integers(self, *values: int) -> str:
        """Returns the name of a constant of whole numbers. Shape: (number of values,) int64."""
        return self.constant("integers_" + "_".join(str(value) for value in values), np.array(values, dtype=np.int64))

    def node(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Adds a node with one output, and returns the output's name.

        Args:
            operator: its name in the domain.
            inputs: names of tensors; an empty one leaves an optional input out.
            domain: empty for the standard's operators, else CONTRIB.
            attributes: of the operator.
        """
        return self.nodes(operator, *inputs, n_outputs=1, domain=domain, **attributes)[0]

    def nodes(self, operator: str, *inputs: str, n_outputs: int, domain: str = "", **attributes: Any) -> list[str]:
        """Adds a node with several outputs, and returns their names."""
        name = f"{operator}_{len(self._nodes)}"
        outputs = [f"{name}_{number}" for number in range(n_outputs)]
        self._nodes.append(helper.make_node(operator, list(inputs), outputs, name=name, domain=domain, **attributes))
        return outputs

    def named(self, tensor: str, name: str) -> None:
        """Gives a tensor a name that the graph's caller asks for it by."""
        self._nodes.append(helper.make_node("Identity", [tensor], [name], name=name))

    def finished(
        self, inputs: Mapping[str, Sequence[str | int]], outputs: Mapping[str, Sequence[str | int]], *, takes_floats: bool = False
    ) -> bytes:
        """Returns the graph as ONNX Runtime reads it.

        Args:
            inputs: names with the names or sizes of their axes; all int64, or all float32.
            outputs: names with the names or sizes of their axes; all float32.
            takes_floats: whether the inputs are float32.
        """
        kind = TensorProto.FLOAT if takes_floats else TensorProto.INT64
        graph = helper.make_graph(
            self._nodes,
            "albert",
            [helper.make_tensor_value_info(name, kind, list(axes)) for name, axes in inputs.items()],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, list(axes)) for name, axes in outputs.items()],
            list(self._constants.values()),
        )
        domains = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        content: bytes = helper.make_model(graph, opset_imports=domains, ir_version=IR_VERSION).SerializeToString(
            deterministic=True
        )
        return content
