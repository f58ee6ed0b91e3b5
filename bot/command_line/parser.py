"""How the command line is read and explained: argparse, speaking Chinese."""

import argparse
import re
from collections.abc import Iterable
from typing import Any, NoReturn

SAID = (
    (r"the following arguments are required: (.*)", r"缺少参数 \1"),
    (r"unrecognized arguments: (.*)", r"不认识的参数 \1"),
    (r"ambiguous option: (\S+) could match (.*)", r"选项 \1 不明确，可能是 \2"),
    (r"argument ([^:]+): ", r"参数 \1："),
    (r"invalid choice: '(.*)' \(choose from (.*)\)", r"没有“\1”，可选 \2"),
    (r"invalid int value: '(.*)'", r"“\1”不是整数"),
    (r"expected at least one argument", "后面至少要有一个值"),
    (r"expected one argument", "后面要有一个值"),
    (r"ignored explicit argument '(.*)'", r"后面不要值（“\1”）"),
    (r"not allowed with argument (.*)", r"不能与 \1 同时使用"),
)
"""What argparse of Python 3.11 says of a wrong command line, and what is said instead."""


class Formatter(argparse.HelpFormatter):
    """Help under Chinese headings."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        """The line of usage, whose first word argparse would write in English."""
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """A parser whose help and errors are Chinese; its subcommands are read by the same class."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=Formatter, add_help=False, **options)
        self._positionals.title, self._optionals.title = "参数", "选项"
        self.add_argument("-h", "--help", action="help", help="显示本说明")

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how it is written, and end with status 2."""
        self.exit(2, f"{in_chinese(message)}。\n{self.format_usage()}详见 {self.prog} --help\n")


def in_chinese(message: str) -> str:
    """An error of argparse in Chinese; what is Chinese already stays."""
    for pattern, instead in SAID:
        message = re.sub(pattern, instead, message)
    return message.replace("'", "").rstrip("。")
