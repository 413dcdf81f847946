"""The small network: its configuration, random weights to start from, and checkpoints in the published spelling.

    python training/model.py --tokenizer DIR --out DIR [--seed 7] [--vision DIR]   # random, or with DIR's vision tower
    python training/model.py --checkpoint DIR --export DIR            # the same weights, rounded to bfloat16

A checkpoint folder is what Qwen2.5-VL is published as: config.json with the text fields at the top level, tensors named
`visual.*` and `model.*`, the tokenizer and the preprocessor beside them. Training keeps float32 weights.
"""

import argparse
import json
import math
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

from recipe import MEAN, MERGE, PAIR, PATCH, STD, Recipe

SIDECARS = (
    "config.json",
    "generation_config.json",
    "preprocessor_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
)
PARAMETER_LIMIT = 8_000_000


def dump(value, path):
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load_json(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def small_config(tokenizer):
    """config.json of the small network for the ids of a tokenizer (a `tokenizers.Tokenizer`)."""
    ids = {
        name: tokenizer.token_to_id(f"<|{name}|>")
        for name in ("endoftext", "im_end", "image_pad", "video_pad", "vision_start", "vision_end")
    }
    return {
        "architectures": ["Qwen2_5_VLForConditionalGeneration"],
        "model_type": "qwen2_5_vl",
        "torch_dtype": "bfloat16",
        "vocab_size": math.ceil(tokenizer.get_vocab_size() / 16) * 16,
        "hidden_size": 256,
        "intermediate_size": 704,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "hidden_act": "silu",
        "max_position_embeddings": 32768,
        "rms_norm_eps": 1e-6,
        "use_sliding_window": False,
        "tie_word_embeddings": True,
        "rope_theta": 1000000.0,
        "rope_scaling": {"type": "mrope", "mrope_section": [8, 12, 12]},
        "bos_token_id": ids["endoftext"],
        "eos_token_id": ids["im_end"],
        "image_token_id": ids["image_pad"],
        "video_token_id": ids["video_pad"],
        "vision_start_token_id": ids["vision_start"],
        "vision_end_token_id": ids["vision_end"],
        "vision_config": {
            "depth": 6,
            "hidden_size": 192,
            "num_heads": 4,
            "intermediate_size": 512,
            "out_hidden_size": 256,
            "patch_size": PATCH,
            "spatial_patch_size": PATCH,
            "spatial_merge_size": MERGE,
            "temporal_patch_size": PAIR,
            "window_size": 112,
            "fullatt_block_indexes": [2, 5],
            "tokens_per_second": 2,
            "in_chans": 3,
            "hidden_act": "silu",
        },
    }


def generation_config(tokenizer):
    pad = tokenizer.token_to_id("<|endoftext|>")
    return {
        "do_sample": False,
        "eos_token_id": [tokenizer.token_to_id("<|im_end|>"), pad],
        "pad_token_id": pad,
        "repetition_penalty": 1.0,
    }


# Square clips become 112x112 and nothing else fits; four pairs of frames are four seconds.
PREPROCESSOR = {
    "min_pixels": 3136,
    "max_pixels": 12845056,
    "video_min_pixels": 12544,
    "video_max_pixels": 12800,
    "video_fps": 2,
    "video_min_frames": 2,
    "video_max_frames": 8,
    "patch_size": PATCH,
    "temporal_patch_size": PAIR,
    "merge_size": MERGE,
    "image_mean": MEAN,
    "image_std": STD,
    "image_processor_type": "Qwen2VLImageProcessor",
    "processor_class": "Qwen2_5_VLProcessor",
}


def network(config):
    """An unfilled Qwen2_5_VLForConditionalGeneration in float32 for a published config.json."""
    known = dict(config)
    vision = dict(known.pop("vision_config"))
    vision["in_channels"] = vision.pop("in_chans", vision.pop("in_channels", 3))
    vision.pop("spatial_patch_size", None)
    for name in ("architectures", "torch_dtype", "transformers_version"):
        known.pop(name, None)
    text = known.pop("text_config", None)
    scaling = known.pop("rope_scaling", None) or (text or {}).get("rope_parameters")
    if text is None:
        ids = {
            k: known.pop(k)
            for k in list(known)
            if k in ("image_token_id", "video_token_id", "vision_start_token_id", "vision_end_token_id", "model_type")
        }
        ids.pop("model_type", None)
        tie = known.get("tie_word_embeddings", False)
        rope = {
            "rope_type": "default",
            "mrope_section": scaling["mrope_section"],
            "rope_theta": known.get("rope_theta", 1e6),
        }
        names = (
            "vocab_size hidden_size intermediate_size num_hidden_layers num_attention_heads num_key_value_heads "
            "hidden_act max_position_embeddings rms_norm_eps use_sliding_window bos_token_id eos_token_id "
            "tie_word_embeddings"
        ).split()
        text = {k: known[k] for k in names if k in known}
        text["rope_parameters"] = rope
        made = Qwen2_5_VLConfig(text_config=text, vision_config=vision, tie_word_embeddings=tie, **ids)
    else:
        made = Qwen2_5_VLConfig.from_dict(config)
    return Qwen2_5_VLForConditionalGeneration._from_config(made, dtype=torch.float32)


@torch.no_grad()
def randomise(model, seed):
    """Starting weights that depend on the seed alone: 1/sqrt(fan-in), what writes into the residual stream smaller."""
    random = torch.Generator().manual_seed(seed)
    layers = {"visual": len(model.model.visual.blocks), "language_model": len(model.model.language_model.layers)}
    for name, weight in sorted(model.named_parameters()):
        if "norm" in name or "ln_q" in name:
            weight.fill_(1)
        elif name.endswith("bias"):
            weight.zero_()
        elif "embed_tokens" in name:
            weight.copy_(0.05 * torch.randn(weight.shape, generator=random))
        else:
            gain = 1.0
            if name.endswith(("o_proj.weight", "down_proj.weight", "attn.proj.weight")):
                gain = 1 / math.sqrt(2 * layers["visual" if "visual" in name else "language_model"])
            weight.copy_(gain / math.sqrt(weight[0].numel()) * torch.randn(weight.shape, generator=random))
    return model


def published_name(name):
    return name.replace("model.visual.", "visual.").replace("model.language_model.", "model.")


def library_name(name):
    if name.startswith(("model.visual.", "model.language_model.", "lm_head.")):
        return name
    if name.startswith("visual."):
        return f"model.{name}"
    return name.replace("model.", "model.language_model.", 1)


def load_checkpoint(folder):
    """Any Qwen2.5-VL checkpoint folder -> the network with float32 weights."""
    folder = Path(folder)
    model = network(load_json(folder / "config.json"))
    tensors = {}
    for file in sorted(folder.glob("*.safetensors")):
        tensors |= {library_name(name): value.float() for name, value in load_file(file).items()}
    missing, surplus = model.load_state_dict(tensors, strict=False)
    tied = {"lm_head.weight"} if model.config.tie_word_embeddings else set()
    if set(missing) - tied or surplus:
        raise ValueError(f"{folder}: missing {sorted(set(missing) - tied)[:3]}, surplus {sorted(surplus)[:3]}")
    return model


def save_checkpoint(model, folder, source, dtype=torch.float32):
    """Writes the weights in the published spelling, and the files beside them from `source`, a checkpoint folder."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in SIDECARS:
        if Path(source).resolve() != folder.resolve() and (Path(source) / name).exists():
            shutil.copyfile(Path(source) / name, folder / name)
    config = load_json(folder / "config.json")
    config["torch_dtype"] = str(dtype).removeprefix("torch.")
    dump(config, folder / "config.json")
    tensors = {
        published_name(name): value.detach().cpu().to(dtype).contiguous()
        for name, value in model.state_dict().items()
        if name != "lm_head.weight" or not model.config.tie_word_embeddings
    }
    part = folder / "model.safetensors.part"
    save_file(tensors, part, metadata={"format": "pt"})
    part.chmod(0o644)
    part.replace(folder / "model.safetensors")
    return folder


def make_checkpoint(tokenizer_folder, folder, seed, vision=None):
    """A random small checkpoint with the tokenizer of `tokenizer_folder`; `vision`: one whose tower it takes over."""
    folder, tokenizer_folder = Path(folder), Path(tokenizer_folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        if folder.resolve() != tokenizer_folder.resolve():
            shutil.copyfile(tokenizer_folder / name, folder / name)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    config = small_config(tokenizer)
    dump(config, folder / "config.json")
    dump(generation_config(tokenizer), folder / "generation_config.json")
    dump(PREPROCESSOR, folder / "preprocessor_config.json")
    model = randomise(network(config), seed)
    count = sum(p.numel() for p in model.parameters())
    if count > PARAMETER_LIMIT:
        raise ValueError(f"{count} parameters, more than {PARAMETER_LIMIT}")
    if vision is not None:
        model.model.visual.load_state_dict(load_checkpoint(vision).model.visual.state_dict())
    save_checkpoint(model, folder, folder)
    return model


def recipe_of(folder):
    path = Path(folder) / "preprocessor_config.json"
    return Recipe.of(load_json(path) if path.exists() else {})


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--tokenizer", type=Path)
    args.add_argument("--out", type=Path)
    args.add_argument("--seed", type=int, default=7)
    args.add_argument("--vision", type=Path, help="a checkpoint whose vision tower the new one gets")
    args.add_argument("--checkpoint", type=Path)
    args.add_argument("--export", type=Path)
    options = args.parse_args()
    if options.export:
        model = load_checkpoint(options.checkpoint)
        save_checkpoint(model, options.export, options.checkpoint, torch.bfloat16)
        where = options.export
    else:
        model = make_checkpoint(options.tokenizer, options.out, options.seed, options.vision)
        where = options.out
    visual = sum(p.numel() for p in model.model.visual.parameters())
    print(f"{where}: {sum(p.numel() for p in model.parameters())} parameters, {visual} of them in the vision tower")


if __name__ == "__main__":
    main()
