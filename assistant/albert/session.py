"""Opens graphs on ONNX Runtime, the same way wherever one is run; without torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def open_session(graph: bytes | Path, threads: int = 1) -> Any:
    """Returns ONNX Runtime's session for a graph.

    Args:
        graph: in memory, or its file.
        threads: of the processor; 0 leaves the runtime's own choice.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Threads that spin while they wait, and an arena that never shrinks, cost the rest of the program more than they save here.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False
    source = str(graph) if isinstance(graph, Path) else graph
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
