"""The handler that scripts derive theirs from."""

from typing import Any

from toolkit.packages import absent_names

from sagemaker_inference import decoder, encoder

__getattr__ = absent_names(__name__)


class DefaultInferenceHandler:
    """Default functions; model and predict are the script's own."""

    def default_model_fn(self, model_dir: str) -> Any:
        raise NotImplementedError("Write a model_fn(model_dir), which loads the model.")

    def default_input_fn(self, input_data: Any, content_type: str) -> Any:
        return decoder.decode(input_data, content_type)

    def default_predict_fn(self, data: Any, model: Any) -> Any:
        raise NotImplementedError("Write a predict_fn(data, model).")

    def default_output_fn(self, prediction: Any, accept: str) -> Any:
        return encoder.encode(prediction, accept), accept
