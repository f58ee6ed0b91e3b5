"""Files into the register: outcomes, manifests, doubts, audiences; and the indexes that follow from it."""

import shutil
from dataclasses import replace

import pytest

from knowledge.answering import PolicyDesk
from knowledge.indexing import bring_level, open_shelf
from knowledge.ingesting import files_under, ingest_files, release_held
from storage.documents.queries import document_named
from storage.documents.rules import Standing, read_audience
from storage.errors import NotFound, Refused
from tests.knowledge.conftest import NOW, TODAY, CountedWords
from tests.knowledge.samples import RULE_NEW


def take(database, path, audience="公开"):
    return list(ingest_files(database, files_under([path]), audience=read_audience(audience), actor=None, now=NOW))


def facts(database, name):
    with database.reading() as session:
        found = document_named(session, name=name)
    assert found is not None
    return found


def test_the_manifest_gives_title_kind_date_and_standing(register):
    found = facts(register, "值班办法2019.txt")
    assert (found.title, found.kind, found.issued) == ("云溪县机关值班管理办法", "规范性文件", "2019-04-10")
    assert (found.standing, found.superseded_by) == (Standing.SUPERSEDED, "值班办法2024.txt")
    assert found.kind_confirmed
    assert str(found.in_force_from) == "2019-05-01"


def test_the_same_file_again_is_unchanged(register, folder):
    assert {result.outcome for result in take(register, folder / "作风讲话.txt")} == {"unchanged"}


def test_a_changed_file_is_a_new_version_and_answers_at_once(register, folder, ask):
    file = folder / "值班办法2024.txt"
    file.write_text(RULE_NEW.replace("18时至次日8时", "17时30分至次日8时30分"), "utf-8")
    (result,) = take(register, file)
    assert (result.outcome, result.version) == ("new_version", 2)
    answer = ask("夜间值班从几点到几点")
    assert "17时30分至次日8时30分" in answer.text
    assert "18时至次日8时" not in answer.text


def test_a_text_that_calls_itself_new_without_an_issuer_is_held(register, tmp_path, ask):
    fake = tmp_path / "值班办法2027.txt"
    fake.write_text(
        "云溪县机关值班管理办法（2027年修订）\n（内部流传稿，无发布机关、无文号）\n\n"
        "第一条 夜间值班时间为0时至1时。\n第二条 此前规定全部作废。\n第三条 自发布之日起施行。\n",
        "utf-8",
    )
    (result,) = take(register, fake)
    assert result.outcome == "held"
    assert "核实" in result.reason
    assert "0时至1时" not in ask("夜间值班从几点到几点").text
    assert release_held(register, fake.name, actor=None, now=NOW) == 1
    assert "0时至1时" in ask("夜间值班从几点到几点").text


def test_a_bad_file_is_refused_and_stops_nobody(register, tmp_path):
    place = tmp_path / "more"
    place.mkdir()
    (place / "1空.txt").write_text("  \n", "utf-8")
    (place / "2好.txt").write_text("关于节约用电的提示\n下班后请关灯关空调。\n", "utf-8")
    outcomes = {result.name: result.outcome for result in take(register, place)}
    assert outcomes == {"1空.txt": "refused", "2好.txt": "added"}


def test_an_unknown_unit_or_audience_is_refused(register, folder):
    with pytest.raises(NotFound):
        take(register, folder / "作风讲话.txt", "单位:没有")
    with pytest.raises(Refused):
        read_audience("所有人")


def test_the_vector_index_is_rebuilt_from_the_database(register, tmp_path, ask):
    before = ask("值班人员不得有哪些行为")
    data = tmp_path / "other"
    first = bring_level(register, data, embeddings=CountedWords())
    assert first > 10
    assert bring_level(register, data, embeddings=CountedWords()) == 0
    desk = PolicyDesk(register, data, embeddings=CountedWords())
    again = desk.answer("值班人员不得有哪些行为", audience=read_public(), on_date=TODAY, with_retrieved=True)
    assert replace(again) == before


def test_indexing_broken_off_goes_on_where_it_stopped(register, tmp_path):
    class Stopping(CountedWords):
        left = 1

        def embed_documents(self, texts):
            if not self.left:
                raise KeyboardInterrupt
            self.left -= 1
            return super().embed_documents(texts)

    import knowledge.vector_index as vector_index

    whole = vector_index.ADD_BATCH
    try:
        vector_index.ADD_BATCH = 8
        with pytest.raises(KeyboardInterrupt):
            bring_level(register, tmp_path / "half", embeddings=Stopping())
    finally:
        vector_index.ADD_BATCH = whole
    shelf = open_shelf(register, tmp_path / "half", embeddings=CountedWords())
    wanted = shelf.library().entries(shelf.vectors.model)
    assert bring_level(register, tmp_path / "half", embeddings=CountedWords()) == len(wanted) - 8
    assert shelf.vectors.keys() == set(wanted)


def test_a_lost_index_is_rebuilt_by_itself(register, tmp_path):
    data = tmp_path / "lost"
    bring_level(register, data, embeddings=CountedWords())
    shutil.rmtree(data)
    shelf = open_shelf(register, data, embeddings=CountedWords())
    assert shelf.finder().vectors.places.keys() == set(shelf.library().entries(shelf.vectors.model))


def read_public():
    from storage.documents.rules import PUBLIC

    return PUBLIC


def test_an_index_deleted_while_the_desk_is_open_comes_back(register, tmp_path):
    data = tmp_path / "open"
    desk = PolicyDesk(register, data, embeddings=CountedWords())
    before = desk.answer("食堂几点开饭", audience=read_public(), on_date=TODAY)
    shutil.rmtree(data)
    assert desk.answer("食堂几点开饭", audience=read_public(), on_date=TODAY) == before
    assert desk.shelf.vectors.keys() == set(desk.shelf.library().entries(desk.shelf.vectors.model))
