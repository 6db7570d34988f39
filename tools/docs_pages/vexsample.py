"""VEX in the log, an account of it, and what rules see of it, for the pages about formats."""

from dataclasses import replace
from datetime import datetime, timedelta

from assay.core.digest import sha256_of
from assay.core.notchecked import NotChecked
from assay.core.reliance import Reliance
from assay.gates.vexfacts import vex_facts
from assay.vuln.vex.account import PREDICATE_TYPE as ACCOUNT_TYPE
from assay.vuln.vex.account import VexAccount, VexWord
from assay.vuln.vex.judging import judge_vex
from assay.vuln.vex.record import (
    DOCUMENT_TYPE,
    IMPORT_TYPE,
    WITHDRAWAL_TYPE,
    VexRecord,
    VexWithdrawal,
)


def vex_samples(at: datetime) -> dict[str, tuple[object, ...]]:
    """Return one of each by its predicate type."""
    record = VexRecord(file="shop.openvex.json", observed_at=at, content=b"{}", signature=b"...")
    withdrawal = VexWithdrawal(document=sha256_of(b"its envelope"), reason="it is on after all")
    return {
        DOCUMENT_TYPE: (record.as_json(),),
        IMPORT_TYPE: (record.as_json(),),
        WITHDRAWAL_TYPE: (withdrawal.as_json(),),
        ACCOUNT_TYPE: (_account(at).as_json(),),
    }


def vex_facts_sample(at: datetime) -> dict[str, object]:
    """Return what rules see of the same account."""
    return vex_facts(judge_vex((_account(at),), max_age=timedelta(days=366), at=at), at=at)


def _account(at: datetime) -> VexAccount:
    signed = Reliance(
        statement=sha256_of(b"its envelope"),
        keys=("ab" * 32,),
        role="vex-author",
        at=at.replace(microsecond=0),
    )
    word = VexWord(
        finding="vulnerability/v1:8fbe6035b66fb821ee583611e5934eb7",
        vulnerability="CVE-2020-14343",
        component="pkg:pypi/pyyaml@5.3.1",
        status="not_affected",
        justification="vulnerable_code_not_in_execute_path",
        because="Only safe_load is called.",
        said_at=at.replace(microsecond=0),
        expires_at=at.replace(microsecond=0) + timedelta(days=90),
        author="Shop PSIRT",
        signed_by=("ada",),
        vouched=True,
        document=signed.statement,
    )
    other = replace(word, finding="vulnerability/v1:00", status="affected", justification="")
    return VexAccount(
        observed_at=at,
        documents=(signed,),
        words=(word, other),
        not_checked=(NotChecked(what="VEX", where="sha256:…", why="its author is not named"),),
    )
