"""The hyperparameters of the built-in sequence-to-sequence image, as its documentation lists them.

The image's own messages are not published; a refusal here is worded as XGBoost's image words it.
"""

from collections.abc import Mapping
from typing import Any

from built_in import hyperparameters
from built_in.hyperparameters import Hyperparameter, Refused, continuous, integer, one_of

_POSITIVE = "[1, +inf)"
_PROBABILITY = "[0, 1]"
_ANY = "(-inf, +inf)"
_NOT_NEGATIVE = "[0, +inf)"
_SWITCH = one_of("true", "false")
_ARCHITECTURE = one_of("rnn", "cnn")

TABLE: dict[str, Hyperparameter] = {
    "batch_size": integer(_POSITIVE),
    "beam_size": integer(_POSITIVE),
    "bleu_sample_size": integer("[-1, +inf)"),
    "bucket_width": integer(_POSITIVE),
    "bucketing_enabled": _SWITCH,
    "checkpoint_frequency_num_batches": integer(_POSITIVE),
    "checkpoint_threshold": integer(_POSITIVE),
    "clip_gradient": continuous(_ANY),
    "cnn_activation_type": one_of("glu", "relu", "softrelu", "sigmoid", "tanh"),
    "cnn_hidden_dropout": continuous(_PROBABILITY),
    "cnn_kernel_width_decoder": integer(_POSITIVE),
    "cnn_kernel_width_encoder": integer(_POSITIVE),
    "cnn_num_hidden": integer(_POSITIVE),
    "decoder_type": _ARCHITECTURE,
    "embed_dropout_source": continuous(_PROBABILITY),
    "embed_dropout_target": continuous(_PROBABILITY),
    "encoder_type": _ARCHITECTURE,
    "fixed_rate_lr_half_life": integer(_POSITIVE),
    "learning_rate": continuous("(0, +inf)"),
    "loss_type": one_of("cross-entropy"),
    "lr_scheduler_type": one_of("plateau_reduce", "fixed_rate_inv_t", "fixed_rate_inv_sqrt_t"),
    "max_num_batches": integer("[-1, +inf)"),
    "max_num_epochs": integer(_POSITIVE),
    "max_seq_len_source": integer(_POSITIVE),
    "max_seq_len_target": integer(_POSITIVE),
    "momentum": continuous(_NOT_NEGATIVE),
    "num_embed_source": integer(_POSITIVE),
    "num_embed_target": integer(_POSITIVE),
    "num_layers_decoder": integer(_POSITIVE),
    "num_layers_encoder": integer(_POSITIVE),
    "optimized_metric": one_of("perplexity", "accuracy", "bleu"),
    "optimizer_type": one_of("adam", "sgd", "rmsprop"),
    "plateau_reduce_lr_factor": continuous(_NOT_NEGATIVE),
    "plateau_reduce_lr_threshold": integer(_POSITIVE),
    "rnn_attention_in_upper_layers": _SWITCH,
    "rnn_attention_num_hidden": integer(_POSITIVE),
    "rnn_attention_type": one_of("dot", "fixed", "mlp", "bilinear"),
    "rnn_cell_type": one_of("lstm", "gru"),
    "rnn_decoder_hidden_dropout": continuous(_PROBABILITY),
    "rnn_decoder_state_init": one_of("last", "avg", "zero"),
    "rnn_first_residual_layer": integer(_POSITIVE),
    "rnn_num_hidden": integer("[2, +inf)"),
    "rnn_residual_connections": _SWITCH,
    "training_metric": one_of("perplexity", "accuracy"),
    "weight_decay": continuous(_NOT_NEGATIVE),
    "weight_init_scale": continuous(_ANY),
    "weight_init_type": one_of("uniform", "xavier"),
    "xavier_factor_type": one_of("in", "out", "avg"),
}
# The documented defaults of what the stand-in acts on.
DEFAULTS: Mapping[str, Any] = {
    "batch_size": 64,
    "beam_size": 5,
    "bleu_sample_size": 0,
    "checkpoint_frequency_num_batches": 1000,
    "checkpoint_threshold": 3,
    "clip_gradient": 1.0,
    "fixed_rate_lr_half_life": 10,
    "learning_rate": 0.0003,
    "lr_scheduler_type": "plateau_reduce",
    "max_num_batches": -1,
    "max_num_epochs": None,
    "max_seq_len_source": 100,
    "max_seq_len_target": 100,
    "momentum": None,
    "num_embed_source": 512,
    "num_embed_target": 512,
    "num_layers_decoder": 1,
    "num_layers_encoder": 1,
    "optimized_metric": "perplexity",
    "optimizer_type": "adam",
    "plateau_reduce_lr_factor": 0.5,
    "plateau_reduce_lr_threshold": 3,
    "rnn_decoder_hidden_dropout": 0.05,
    "rnn_num_hidden": 1024,
    "weight_decay": 0.0,
}


def validate(given: Mapping[str, str]) -> dict[str, Any]:
    """The values by which the stand-in trains, defaults filled in; refuses what the documentation excludes.

    None of them is required. rnn_decoder_hidden_dropout has a default of its own, the Transformer's.
    """
    values = hyperparameters.validate(given, TABLE)
    if "momentum" in values and values.get("optimizer_type", "adam") != "sgd":
        raise Refused("Hyperparameter momentum: it is for optimizer_type sgd alone")
    if values.get("rnn_num_hidden", 2) % 2:
        raise Refused(f"Hyperparameter rnn_num_hidden: {values['rnn_num_hidden']} is not a multiple of 2")
    chosen = {**DEFAULTS, **values}
    if chosen["num_embed_source"] != chosen["num_embed_target"]:
        raise Refused(
            "Hyperparameter num_embed_target: the stand-in's Transformer has one width, so that it has to be "
            f"num_embed_source, {chosen['num_embed_source']}"
        )
    return {name: chosen[name] for name in DEFAULTS}


def without_effect(given: Mapping[str, str]) -> list[str]:
    """The names that are accepted and say nothing to a Transformer, in their order."""
    return sorted(set(given) - set(DEFAULTS))
