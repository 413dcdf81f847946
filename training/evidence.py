"""A head that is dropped after training: every word said of a video must know what is seen in it.

Learning to see from answer tokens alone is slow: the few that depend on the video are many steps away from it. So the
state after the middle layer, at every token behind the video, is asked for all labels of the line at once (a linear
readout, binary cross-entropy). Lines without labels are left out.
"""

import torch
import torch.nn.functional as F
from torch import nn


def names_of(labels):
    """`{"appearances": ["young"], "motion": "nod", ...}` as the set {"appearances:young", "motion:nod", ...}."""
    return {
        f"{kind}:{value}"
        for kind, values in labels.items()
        for value in ([values] if isinstance(values, str) else values or [])
    }


class EvidenceHead(nn.Module):
    """Reads the names of labels off the state of one layer; holds that state from the pass before."""

    def __init__(self, model, names):
        super().__init__()
        text = model.config.text_config
        self.names, self.state = list(names), None
        self.norm, self.read = nn.LayerNorm(text.hidden_size), nn.Linear(text.hidden_size, len(self.names))
        middle = model.model.language_model.layers[(text.num_hidden_layers - 1) // 2]
        middle.register_forward_hook(torch.compiler.disable(self._keep))

    def _keep(self, _module, _inputs, output):
        self.state = output[0] if isinstance(output, tuple) else output

    def forward(self, behind, truth):
        """behind bool [B, S]: tokens behind the video; truth float [B, labels], NaN in lines without -> mean loss"""
        state, self.state = self.state, None
        known = behind & ~truth[:, :1].isnan()
        wanted = truth[:, None].expand(*behind.shape, -1)[known]
        said = self.read(self.norm(state[known])).float()
        return F.binary_cross_entropy_with_logits(said, wanted, reduction="sum") / max(1, wanted.numel())
