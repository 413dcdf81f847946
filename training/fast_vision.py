"""The vision tower's arithmetic in fewer, larger calls.

transformers computes window attention chunk by chunk in a Python loop, and the patch embedding as a 3-D convolution.
With frames of one size all chunks are equally long: one attention call over [chunks, heads, patches, width] gives the
same numbers, and a convolution whose stride is its kernel is a matrix product. Weights and classes stay transformers'.
"""

import types

import torch
import torch.nn.functional as F
from transformers.models.qwen2_5_vl.modeling_qwen2_5_vl import apply_rotary_pos_emb_vision


def use_fast_vision(model):
    """Replaces the forward of each vision attention and of the patch embedding in `model`, in place."""
    visual = model.model.visual
    visual.patch_embed.forward = types.MethodType(_patch_embed, visual.patch_embed)
    for block in visual.blocks:
        block.attn.forward = types.MethodType(_attention, block.attn)
    return model


def _patch_embed(self, hidden_states):
    weight = self.proj.weight
    return F.linear(hidden_states.to(weight.dtype), weight.reshape(weight.shape[0], -1))


def _attention(self, hidden_states, cu_seqlens, position_embeddings=None, **_):
    length = hidden_states.shape[0]
    q, k, v = self.qkv(hidden_states).reshape(length, 3, self.num_heads, -1).unbind(1)
    q, k = apply_rotary_pos_emb_vision(q, k, *position_embeddings)
    lengths = (cu_seqlens[1:] - cu_seqlens[:-1]).tolist()
    out = torch.empty_like(q) if len(set(lengths)) > 1 else None
    for size in sorted(set(lengths)):
        if out is None:
            rows = slice(None)
        else:
            starts = cu_seqlens[:-1][torch.tensor([n == size for n in lengths])].long()
            rows = (starts[:, None] + torch.arange(size)).flatten().to(q.device)
        chunks = (x[rows].reshape(-1, size, self.num_heads, self.head_dim).transpose(1, 2) for x in (q, k, v))
        mixed = _attend(*chunks, self.scaling).transpose(1, 2)
        mixed = mixed.reshape(-1, self.num_heads, self.head_dim)
        if out is None:
            out = mixed
        else:
            out = out.index_copy(0, rows, mixed.to(out.dtype))
    return self.proj(out.reshape(length, -1))


def _attend(q, k, v, scale):
    if q.device.type != "cpu" or q.shape[2] > 256:
        return F.scaled_dot_product_attention(q, k, v, scale=scale)
    # The CPU's fused kernel takes ten times as long backwards as two batched products over so few patches.
    return torch.softmax(q @ k.transpose(-1, -2) * scale, -1) @ v
