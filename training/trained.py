"""The network as the trainer calls it: one forward that ends in the loss, so that data parallelism wraps it whole."""

import torch
import torch.nn.functional as F
from torch import nn
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from data import IGNORE


class TrainedModel(nn.Module):
    """`Qwen2_5_VLForConditionalGeneration` and cross-entropy over the tokens of answers.

    With an `EvidenceHead`, its loss comes fourth, and is to be added.
    """

    def __init__(self, model, evidence=None, line_weight=0.0):
        super().__init__()
        self.model, self.evidence, self.line_weight = model, evidence, line_weight

    def forward(self, ids, labels, positions, features=None, patches=None, grids=None, behind=None, truth=None):
        """Mean loss, how many answer tokens were the likeliest ones, and how many there are; loss of the evidence."""
        language = self.model.model.language_model
        embeds = language.embed_tokens(ids)
        if patches is not None:
            features = self.model.model.visual(patches, grid_thw=grids).pooler_output
        if features is not None:
            pads = (ids == self.model.config.video_token_id)[..., None].expand_as(embeds)
            embeds = embeds.masked_scatter(pads, features.to(embeds.dtype))
        hidden = language(inputs_embeds=embeds, position_ids=positions, use_cache=False).last_hidden_state
        wanted = labels[:, 1:]
        asked = wanted != IGNORE
        logits = self.model.lm_head(hidden[:, :-1][asked]).float()
        target = wanted[asked]
        if self.training and self.line_weight:
            # Between the mean over tokens (0) and the mean over lines (1): the one letter of a short answer counts too.
            weights = asked.sum(1, keepdim=True).clamp(min=1).float().pow(-self.line_weight).expand_as(asked)[asked]
            loss = (F.cross_entropy(logits, target, reduction="none") * weights).sum() / weights.sum()
        else:
            loss = F.cross_entropy(logits, target)
        right = (logits.detach().argmax(-1) == target).sum()
        seen = self.evidence(behind, truth) if self.evidence is not None and self.training else loss.new_zeros(())
        return loss, right, asked.sum(), seen


def batched_attention(module, query, key, value, attention_mask, scaling=None, **_):
    """Causal attention as two batched products: the CPU's fused kernel is slow backwards at these lengths."""
    groups = query.shape[1] // key.shape[1]
    if groups > 1:
        key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
    scores = query @ key.transpose(-1, -2) * scaling
    rows, columns = scores.shape[-2:]
    future = torch.ones(rows, columns, dtype=torch.bool, device=query.device).triu(columns - rows + 1)
    weights = torch.softmax(scores.masked_fill(future, float("-inf")), -1)
    return (weights.to(value.dtype) @ value).transpose(1, 2).contiguous(), None


ALL_ATTENTION_FUNCTIONS.register("batched", batched_attention)
