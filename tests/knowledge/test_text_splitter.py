"""The splitter in a chain of LangChain's own parts."""

from langchain_core.documents import Document

from knowledge.text_splitter import PolicyTextSplitter

RULE = """试验县值班办法
第一章 值班
第一条 值班人员应当按时到岗。
第二条 值班记录当天整理，保存两年。
第二章 附则
第三条 本办法自印发之日起施行。"""


def test_documents_keep_their_metadata_and_gain_headings() -> None:
    pieces = PolicyTextSplitter().split_documents(
        [Document(RULE, metadata={"title": "试验县值班办法", "source": "值班.txt"})]
    )
    assert [piece.metadata["source"] for piece in pieces] == ["值班.txt"] * len(pieces)
    second = next(piece for piece in pieces if "保存两年" in piece.page_content)
    assert "第二条" in second.metadata["heading"] + second.page_content
    assert "值班" in second.metadata["heading"]


def test_text_is_cut_at_articles_and_nothing_is_lost() -> None:
    pieces = PolicyTextSplitter(title="试验县值班办法").split_text(RULE)
    assert len(pieces) >= 3
    joined = "".join(pieces)
    for sentence in ("值班人员应当按时到岗。", "值班记录当天整理，保存两年。", "本办法自印发之日起施行。"):
        assert joined.count(sentence) == 1
