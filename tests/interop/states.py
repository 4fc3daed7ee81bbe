#!/usr/bin/env python3
"""mohr beside EU DSS in every state of states/states.txt: tests/interop/states.py --mohr PROGRAM [--only WORD] [--keep FOLDER] [--differing]

One JVM makes every document, asks DSS about it with DSS's default policy, and hands it on; mohr judges it under the same constraints (its policy dss-default). Prints
state | DSS | mohr, and where mohr's own default is stricter. A difference stands in states/differences.txt with the clause that decides it, and one to the default in
states/stricter.txt with the rule; any other one fails, and so does one that is no more. tests/interop/run calls this without the tables.
"""
import argparse
import collections
import concurrent.futures
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = ROOT / ".cache" / "interop" / "dss" / "target"
TABLE, DIFFERENCES, STRICTER = (HERE / "states" / f"{name}.txt" for name in ("states", "differences", "stricter"))
ONLY_DSS_MAKES = ("stamp-bound-to-another",)  # the time-stamp that mohr asks for is a sound one
FORMATS = ("cades", "xades", "pades", "jades")

NOT_BY_DSS = "DigestAlgorithm for content timestamp creation"  # its PAdES content time-stamps want another digest than this maker's

# What one document is called by DSS, by mohr under DSS's constraints, and by mohr as it comes.
Row = collections.namedtuple("Row", "state format maker level dss mohr strict reasons")


def there():
    """Whether DSS can be asked here."""
    return (TARGET / "interop-dss.jar").exists() and shutil.which("java") is not None


def compare(mohr, folder, table=TABLE):
    """The rows, and what could not be made with the reason. About DSS's documents mohr is asked under its own default as well."""
    rows, unmade = [], []
    process = subprocess.Popen(["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", f"{TARGET}/interop-dss.jar:{TARGET}/lib/*", "states.Main", str(table),
                                str(ROOT / "testvectors" / "demonstration"), str(folder), str(mohr)], stdout=subprocess.PIPE, text=True)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for line in process.stdout:
            made = json.loads(line)
            if "signatures" in made:
                strict = pool.submit(judge, mohr, folder, made, "strict") if made["maker"] == "DSS" else None
                rows.append((made, pool.submit(judge, mohr, folder, made, "dss-default"), strict))
            elif "declined" not in made and NOT_BY_DSS not in made["error"]:  # mohr may decline to sign what nobody would accept
                unmade.append(f"{made['state']}/{made['format']}/{made['maker']}: {made['error']}")
    if process.wait():
        unmade.append("the JVM ended with an error")
    return [finish(*row) for row in rows], unmade


def finish(made, same, strict):
    (mohr, reasons), theirs = same.result(), verdicts((s["signer"], s["indication"], s["sub_indication"]) for s in made["signatures"])
    return Row(made["state"], made["format"], made["maker"], made["signatures"][0]["level"], theirs, mohr, strict.result()[0] if strict else mohr,
               " ".join([*reasons, *(error for s in made["signatures"] for error in s["errors"])]))


def judge(mohr, folder, made, policy):
    """What mohr says under this policy, and its reasons."""
    call = [mohr, "verify", made["file"], "--json", "--offline", "--no-cache", "--at", made["at"], "--policy", policy]
    given = {"--trust": folder.glob("*.anchor.der"), "--crl": made["lists"], "--ocsp": made["answers"], "--content": filter(None, [made["content"]])}
    call += [word for option, files in given.items() for file in files for word in (option, file)]
    done = subprocess.run([str(word) for word in call], capture_output=True, timeout=60)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return f"status {done.returncode}: {done.stderr.decode(errors='replace').strip()[-200:]}", []
    if "error" in report:
        return report["error"]["id"], []
    signatures = report["signatures"]
    return (verdicts((s.get("signer", {}).get("subject"), s["indication"].replace("-", "_"), s["sub_indication"]) for s in signatures),
            [s["reason"]["id"] for s in signatures if "reason" in s])


def verdicts(signatures):
    """One line for a document: the signers in a fixed order, named when there are several."""
    lines = sorted((str(signer), f"{indication} {sub}".strip()) for signer, indication, sub in signatures)
    return lines[0][1] if len(lines) == 1 else "; ".join(" ".join(line) for line in lines) or "no signature"


def known(file):
    """The differences listed in it: (state, format) -> (DSS, mohr), or of the other list (mohr under DSS's constraints, mohr as it comes)."""
    listed = {}
    for line in file.read_text().splitlines():
        if line and not line.startswith("#"):
            where, theirs, ours, why = (part.strip() for part in line.split("|"))
            state, *formats = where.split()
            for format in formats or FORMATS:
                if not why or (state, format) in listed:
                    raise SystemExit(f"{file.name}: {state} {format} has no clause, or stands there twice")
                listed[state, format] = theirs, ours
    return listed


def faults(rows):
    """The rows that are not as the lists of differences say, each with what is wrong."""
    listed, stricter = known(DIFFERENCES), known(STRICTER)
    for row in rows:
        expected = listed.get((row.state, row.format))
        default = stricter.get((row.state, row.format))
        if row.maker == "DSS" and (default or (row.mohr, row.mohr)) != (row.mohr, row.strict):
            yield row, f"is {row.strict} under mohr's default, otherwise than it is listed"
        if row.dss != row.mohr and expected is None:
            yield row, "differs"
        elif expected and row.dss == row.mohr and row.maker == "mohr" and row.state in ONLY_DSS_MAKES:
            continue
        elif expected and row.dss == row.mohr:
            yield row, "is listed as a difference and is none"
        elif expected and expected != (row.dss, row.mohr):
            yield row, "differs otherwise than it is listed"


def print_table(rows, columns):
    """Rows that say the same of a state are one line: the formats made by DSS, and behind + those made by mohr."""
    groups = collections.defaultdict(lambda: {"DSS": "", "mohr": ""})
    for row in rows:
        groups[row.state, columns(row)][row.maker] += row.format[0].upper()
    for (state, texts), formats in groups.items():
        print(f"{state:38} {formats['DSS'] + ('+' + formats['mohr'] if formats['mohr'] else ''):10}", *(f"{text:58}" for text in texts), sep=" | ")


def part(only, folder):
    """The table with those states only whose names have this word in them."""
    lines, keep = [], True
    for line in TABLE.read_text().splitlines():
        if not line.startswith(" "):
            keep = not line.startswith("state") or only in line
        if keep:
            lines.append(line)
    (folder / "table.txt").write_text("\n".join(lines) + "\n")
    return folder / "table.txt"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--mohr", required=True)
    arguments.add_argument("--only", default="", help="states with this word in their names")
    arguments.add_argument("--keep", help="leave the documents in this folder")
    arguments.add_argument("--differing", action="store_true", help="only what differs, with the reasons of both")
    given = arguments.parse_args()
    if not there():
        print("skipped: the states beside EU DSS (run tests/interop/install; it wants a JDK with Maven)")
        return 0
    with tempfile.TemporaryDirectory(prefix="mohr-states-") as temporary:
        folder = pathlib.Path(given.keep or temporary)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        rows, unmade = compare(pathlib.Path(given.mohr).resolve(), folder, part(given.only, folder) if given.only else TABLE)
    if given.differing:
        print_table([row for row in rows if row.dss != row.mohr], lambda row: (row.dss, row.mohr, row.reasons))
    else:
        print_table(rows, lambda row: (row.dss, row.mohr, "same" if row.dss == row.mohr else "differs"))
        print("\nWhere mohr's default is stricter than DSS's, beyond that:")
        print_table([row for row in rows if row.strict != row.mohr], lambda row: (row.mohr, row.strict))
    wrong = list(faults(rows))
    for row, what in wrong:
        print(f"FAIL  {row.state}/{row.format}/{row.maker} {what}: DSS {row.dss}, mohr {row.mohr}")
    for line in unmade:
        print("FAIL  not made:", line)
    levels = collections.Counter(row.level for row in rows)
    print(f"{len({row.state for row in rows})} states, {len(rows)} documents: {sum(row.dss == row.mohr for row in rows)} same, "
          f"{sum(row.dss != row.mohr for row in rows)} differ, {len(wrong)} of them unexpected; "
          + ", ".join(f"{level} {levels[level]}" for level in ("B", "T", "LT", "LTA")))
    return 1 if wrong or unmade else 0


if __name__ == "__main__":
    sys.exit(main())
