"""What can go wrong in data.

DataError
├── UnknownLayerError     no such layer, or none that this viewer may see (the two look the same on purpose)
├── UnknownFeatureError   no feature with that index or id
├── UnknownColumnError    no column of that name
├── UnknownJobError       no such job
├── NotAllowedError       the viewer may read but not do this
├── NothingToRepeatError  a layer without a recipe can't be run again
├── InvalidQueryError     an analysis was asked for with values that make no sense
├── FilterError           a filter that can't be read, or that doesn't fit the layer's columns
├── ChangedMeanwhileError another import changed the layer that this one adds to
├── ClusterError          no cluster at that address, or no package to talk to one
└── StoreFormatError      a folder that is no store, or one of a newer version of the program

Every error carries a `text` in both languages; its `str` is the English one.
"""

from geo import Text


class DataError(Exception):
    """Every error of this package."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class UnknownLayerError(DataError):
    def __init__(self, layer_id: str) -> None:
        super().__init__(Text(f"レイヤー「{layer_id}」はありません", f"no layer {layer_id!r}"))


class UnknownFeatureError(DataError):
    def __init__(self, layer_id: str, fid: int | str) -> None:
        super().__init__(
            Text(f"レイヤー「{layer_id}」に地物 {fid} はありません", f"no feature {fid} in layer {layer_id!r}")
        )


class UnknownColumnError(DataError):
    def __init__(self, layer_id: str, column: str) -> None:
        super().__init__(
            Text(f"レイヤー「{layer_id}」に列「{column}」はありません", f"no column {column!r} in layer {layer_id!r}")
        )


class UnknownJobError(DataError):
    def __init__(self, job_id: str) -> None:
        super().__init__(Text(f"ジョブ「{job_id}」はありません", f"no job {job_id!r}"))


class NotAllowedError(DataError):
    def __init__(self, action: Text) -> None:
        super().__init__(Text(f"{action.ja}権限がありません", f"not allowed to {action.en}"))


class NothingToRepeatError(DataError):
    def __init__(self, layer_id: str) -> None:
        super().__init__(
            Text(
                f"レイヤー「{layer_id}」は分析結果ではありません",
                f"layer {layer_id!r} is not the result of an analysis",
            )
        )


class InvalidQueryError(DataError):
    pass


class FilterError(DataError):
    """`rule` is a stable code (filter.syntax ...); `position` counts the filter's characters from 1."""

    def __init__(self, rule: str, words: Text, position: int) -> None:
        super().__init__(Text(f"{position}文字目: {words.ja}", f"at character {position}: {words.en}"))
        self.rule = rule
        self.position = position


class StoreFormatError(DataError):
    pass


class ClusterError(DataError):
    pass


class ChangedMeanwhileError(DataError):
    def __init__(self, layer_id: str) -> None:
        ja = f"別の取り込みがレイヤー「{layer_id}」を変えました。もう一度実行してください"
        super().__init__(Text(ja, f"another import has changed layer {layer_id!r}: please run this one again"))
