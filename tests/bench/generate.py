"""Seeded portfolios of any size for the benchmarks: Chinese and English, about 40 records an account.

    python tests/bench/generate.py FOLDER [--records 10000] [--seed 1]

Everything in them is valid against the schemas of this repository, and looked after as a team that works with kam
would: issues are solved but for those of the last weeks, profiles were reviewed lately. One record in fifty lacks a
recommended field, and one account in ten is of a tier that demands more than it has.
"""

from __future__ import annotations

import argparse
import random
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import generate_trade

REPOSITORY = Path(__file__).resolve().parent.parent.parent
PER_ACCOUNT = 40
START = date(2024, 1, 1)
DAYS = 720
LATEST = START + timedelta(days=DAYS)
FRESH_DAYS = 20
"""Issues and reviews of the last of these days are the ones that may be open, or new."""

SCALES = (("csat", 1, 5), ("nps", 0, 10), ("ces", 1, 7), ("complaint", 0, 0))
"""Kinds of feedback with their lowest and highest answer."""
QUOTAS_FROM = date(2025, 7, 1)
"""The sample's quotas begin after the days that are looked at."""

LISTS = dict(
    line.split(": ", 1) for line in Path(__file__).with_name("words.txt").read_text(encoding="utf-8").splitlines()
)
WORDS, TRADES, PLACES, SIGNS, FIELDS, EVENTS_EN, EVENTS_ZH = (names.split() for names in LISTS.values())
BODY_EN = "The customer's engineer described the case on the phone. We agreed on the next steps and sent a summary.\n"
BODY_ZH = "客户工程师在电话中说明了情况，双方商定了后续安排，并已发送会议摘要。\n"


class Account:
    """Writes the files of one account, drawing from its own random numbers."""

    def __init__(self, number: int, seed: int, people: list[str], products: list[str]) -> None:
        self.number = number
        self.draw = random.Random(f"{seed}/{number}")
        self.people = people
        self.products = products
        self.is_lost = number % 25 == 7
        self.chinese = number % 2 == 0
        n = number // 2
        if self.chinese:
            self.name = (
                PLACES[n % 20] + SIGNS[n // 20 % 26] + FIELDS[n // 520 % 14] + (str(n // 7280) if n >= 7280 else "")
            )
            self.legal, self.slug = self.name + "有限公司", f"{self.name}"
        else:
            first, second, trade = WORDS[n % 50], WORDS[n // 50 % 50], TRADES[n // 2500 % 14]
            self.name = f"{first} {second} {trade}" + (f" {n // 35000}" if n >= 35000 else "")
            self.legal, self.slug = self.name + " Ltd", self.name.lower().replace(" ", "-")

    def person(self) -> str:
        """Any of our people."""
        return self.draw.choice(self.people)

    def product(self) -> str:
        """Any of our products."""
        return self.draw.choice(self.products)

    def contact(self) -> str:
        """Any contact of the account."""
        return self.draw.choice(("c1", "c2", "c3"))

    def day(self) -> date:
        """Any day of the two years."""
        return START + timedelta(days=self.draw.randrange(DAYS))

    def topic(self) -> tuple[str, str]:
        """Slug and title of an event."""
        slug, chinese = self.draw.choice(list(zip(EVENTS_EN, EVENTS_ZH, strict=True)))
        return slug, chinese if self.chinese else slug.replace("-", " ").capitalize()

    def keep(self, lines: list[str], may_go: str) -> str:
        """Front matter and body; one record in fifty loses a recommended field."""
        if self.draw.random() < 0.02:
            lines = [line for line in lines if not line.startswith(may_go)]
        body = (BODY_ZH if self.chinese else BODY_EN) * self.draw.randrange(1, 4)
        return "---\n" + "\n".join(lines) + f"\n---\n{body}"

    def files(self) -> Iterator[tuple[str, str, int]]:
        """Path below the account's folder, text, and how many records it holds."""
        yield "profile.md", self.profile(), 1
        yield "contracts/2024-frame.md", generate_trade.frame(self), 1  # other records name it, however few are made
        makers = (("opportunities", 8), ("issues", 8), ("meetings", 5), ("feedback", 5), ("services", 3))
        for folder, count in makers:
            for at in range(count):
                day = self.day()
                slug, title = self.topic()
                text = getattr(self, folder)(day, title)
                yield f"{folder}/{day}-{slug}-{at + 1}.md", text, 1
        yield from generate_trade.files(self)

    def profile(self) -> str:
        """The account itself."""
        zh = self.chinese
        lines = [
            f"name: {self.name}",
            f"legal_name: {self.legal}",
            f"owner: {self.person()}",
            f"lifecycle: {'closed' if self.is_lost else self.draw.choice(('active', 'prospect', 'at_risk'))}",
            f"tier: {self.draw.choice('ABCCCCCCCCDDDDDDDDDD')}",
            f"country: {'CN' if zh else 'DE'}",
            f"region: {'华东' if zh else 'Europe'}",
            f"industry: {self.draw.choice(FIELDS if zh else TRADES)}",
            f"main_business: {'生产和销售工业品' if zh else 'Makes and sells industrial goods'}",
            f"website: https://www.customer-{self.number}.example.com",
            f"needs: {'稳定供货，缩短交期' if zh else 'Steady supply and short delivery times'}",
            f"since: {START if self.is_lost else self.day()}",
            "currency: CNY",
            f"employees: {self.draw.randrange(50, 5000)}",
            f"reviewed: {LATEST - timedelta(days=self.draw.randrange(FRESH_DAYS))}",
            *self.standing(),
            "contacts:",
        ]
        for at, (name, role, influence) in enumerate(
            (
                ("王建国" if zh else "Anna Keller", "采购经理" if zh else "Head of purchasing", "decision_maker"),
                ("李雪梅" if zh else "Tom Barker", "设备工程师" if zh else "Plant engineer", "champion"),
                ("赵立新" if zh else "Jane Mills", "财务主管" if zh else "Controller", "user"),
            ),
            1,
        ):
            primary = ", primary: true" if at == 1 else ""
            lines.append(f"  - {{id: c{at}, name: {name}, role: {role}, influence: {influence}{primary}}}")
        return self.keep(lines, "needs")

    def standing(self) -> list[str]:
        """Where the account stands and stood: why it left, its tiers, what it spends and what it cost to win."""
        lines = []
        if self.is_lost:
            why = "转向其他供应商" if self.chinese else "Went to another supplier"
            lines = ["lifecycle_history:", f"  - {{at: 2024-01-08, to: active, by: {self.person()}}}"]
            lines.append(f"  - {{at: 2025-08-20, to: closed, by: {self.person()}, why: {why}}}")
        if self.number % 5 == 0:
            lines += [f"acquisition_cost: {self.draw.randrange(5, 60) * 1000}", "category_spend:"]
            lines += [
                f"  - {{category: pumps, year: {y}, amount: {self.draw.randrange(1, 9)}00000}}" for y in (2024, 2025)
            ]
        return lines

    def opportunities(self, day: date, title: str) -> str:
        """A chance to sell, open or closed."""
        stage = self.draw.choice(("qualify", "propose", "negotiate", "won", "lost"))
        if day > LATEST - timedelta(days=70):
            stage = "qualify"
        lines = [
            f"title: {title}",
            f"stage: {stage}",
            f"need: {'提高产能，降低能耗' if self.chinese else 'More output with less energy'}",
            f"product: {self.product()}",
            f"amount: {self.draw.randrange(20, 900) * 1000}.50",
            "currency: CNY",
            f"probability: {self.draw.choice((10, 25, 50, 75, 90))}",
            f"owner: {self.person()}",
            f"created_on: {day}",
            f"engaged_on: {day + timedelta(days=9)}",
            f"expected_close: {day + timedelta(days=120)}",
            f"next_step: {'准备报价' if self.chinese else 'Prepare the offer'}",
            f"contacts: [{self.contact()}]",
            "history:",
            f"  - {{at: {day}, to: engage, by: {self.person()}}}",
            f"  - {{at: {day + timedelta(days=20)}, to: qualify, by: {self.person()}}}",
        ]
        if stage != "qualify":
            lines.append(f"  - {{at: {day + timedelta(days=70)}, to: {stage}, by: {self.person()}}}")
        if stage in ("won", "lost"):
            lines += [f"closed_on: {day + timedelta(days=70)}", f"{stage}_reason: price"]
        return self.keep(lines, "need")

    def issues(self, day: date, title: str) -> str:
        """Something that went wrong, reported and solved."""
        at, later, done = (f"{day + timedelta(days=n)}T09:30+08:00" for n in (0, 1, 6))
        status = self.draw.choice(("open", "in_progress", "resolved"))
        if day < LATEST - timedelta(days=FRESH_DAYS):
            status = "resolved"
        lines = [
            f"title: {title}",
            f"status: {status}",
            f"severity: {self.draw.choice(('critical', 'high', 'medium', 'low'))}",
            f"category: {'设备' if self.chinese else 'Equipment'}",
            f"channel: {self.draw.choice(('phone', 'email', 'visit'))}",
            f"reported_at: {at}",
            f"reported_by: {self.contact()}",
            f"handler: {self.person()}",
            f"first_response_at: {later}",
            f"product: {self.product()}",
            f"contract: {self.slug}/contracts/2024-frame",
            f"tags: [{'售后' if self.chinese else 'after sales'}, warranty]",
            "history:",
            f"  - {{at: {at}, to: open, by: {self.person()}}}",
        ]
        if status != "open":
            lines.append(f"  - {{at: {later}, to: in_progress, by: {self.person()}}}")
        if status == "resolved":
            lines += [f"  - {{at: {done}, to: resolved, by: {self.person()}}}", f"resolved_at: {done}"]
            lines.append(f"solution: {'更换密封件' if self.chinese else 'Replaced the seal'}")
        return self.keep(lines, "category")

    def meetings(self, day: date, title: str) -> str:
        """A meeting with follow-ups."""
        lines = [
            f"title: {title}",
            f"at: {day}T10:00+08:00",
            f"channel: {self.draw.choice(('visit', 'call', 'video'))}",
            f"duration_minutes: {self.draw.choice((30, 45, 60, 90))}",
            f"place: {'客户会议室' if self.chinese else 'Meeting room of the customer'}",
            f"participants_ours: [{self.person()}]",
            f"participants_theirs: [{self.contact()}]",
            f"purpose: {'了解下一阶段需求' if self.chinese else 'Understand the demand of the next stage'}",
            f"decisions: [{'两周内提交报价' if self.chinese else 'We send an offer within two weeks'}]",
            "follow_ups:",
        ]
        for at in (1, 2):
            what = "发送技术资料" if self.chinese else "Send the data sheets"
            due = day + timedelta(days=14)
            lines.append(f"  - {{id: f{at}, what: {what}, owner: {self.person()}, due: {due}, status: open}}")
        return self.keep(lines, "purpose")

    def feedback(self, day: date, title: str) -> str:
        """An answer to a survey, or a complaint."""
        kind, lowest, highest = self.draw.choice((*SCALES, SCALES[0], SCALES[0]))
        lines = [
            f"title: {title}",
            f"kind: {kind}",
            f"on: {day}",
            *([f"score: {self.draw.randrange(lowest, highest + 1)}", f"scale: {lowest}-{highest}"] if highest else []),
            *(["method: effort"] if kind == "ces" and self.draw.random() < 0.3 else []),
            f"comment: {'服务及时，备件稍慢' if self.chinese else 'Quick service, spare parts a little slow'}",
            f"contact: {self.contact()}",
            "channel: survey",
            f"product: {self.product()}",
            f"owner: {self.person()}",
            f"topic: {'服务' if self.chinese else 'service'}",
        ]
        return self.keep(lines, "comment")

    def services(self, day: date, title: str) -> str:
        """Work done for the customer."""
        lines = [
            f"title: {title}",
            f"kind: {self.draw.choice(('support', 'on_site', 'training'))}",
            f"on: {day}",
            "status: done",
            f"person: {self.person()}",
            f"contacts: [{self.contact()}]",
            f"request: {'检查泵组' if self.chinese else 'Check the pump set'}",
            f"result: {'运行正常' if self.chinese else 'Runs as it should'}",
            f"hours: {self.draw.randrange(2, 16)}.5",
            *(["hourly_rate: 420"] if self.draw.random() < 0.7 else []),
            f"cost: {self.draw.randrange(500, 6000)}",
            "currency: CNY",
            "satisfied: true",
        ]
        return self.keep(lines, "result")


def generate(target: Path, records: int, seed: int = 1) -> int:
    """Write a portfolio of at least ``records`` records into the new folder ``target``; how many it has."""
    shutil.copytree(REPOSITORY / "site-config", target / "site-config", ignore=shutil.ignore_patterns("theme"))
    (target / "site-config/approvals.yml").unlink()  # nobody here can seal approvals
    (target / "mkdocs.yml").write_text("site_name: Benchmark\n", encoding="utf-8")
    staff = target / "site-config/people.yml"
    people = _keys(staff)
    staff.write_text(
        staff.read_text(encoding="utf-8").replace("{from: 2026-01-01,", f"{{from: {QUOTAS_FROM},"), encoding="utf-8"
    )
    products = _keys(target / "site-config/products.yml")
    (target / "accounts").mkdir()
    for path, text in generate_trade.trainings(people):
        file = target / "accounts/_portfolio/trainings" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    written = number = 0
    while written < records:
        account = Account(number, seed, people, products)
        for path, text, count in account.files():
            if written >= records:
                break
            file = target / "accounts" / account.slug / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            written += count
        number += 1
    return written


def _keys(path: Path) -> list[str]:
    """The names of the entries one level down, as the settings files are written."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip()[:-1] for line in lines if line.startswith("  ") and line[2] != " " and line.endswith(":")]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(generate(asked.folder, asked.records, asked.seed), "records")


if __name__ == "__main__":
    main()
