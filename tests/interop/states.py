#!/usr/bin/env python3
"""mohr's indication beside EU DSS's in every state of states/states.txt: tests/interop/states.py --mohr PROGRAM [--policy FILE] [--only WORD]

Prints state | DSS | mohr for each document that differs, and what does not stand in states/differences.txt as it is fails. tests/interop/run calls it.
"""
import argparse
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
TABLE = HERE / "states" / "states.txt"


def made(mohr, folder, table):
    """Each document of the table as the JVM has made it and DSS has judged it."""
    process = subprocess.Popen(["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", f"{TARGET}/interop-dss.jar:{TARGET}/lib/*", "states.Main", str(table),
                                str(ROOT / "testvectors" / "demonstration"), str(folder), str(mohr)], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        yield json.loads(line)
    if process.wait():
        raise SystemExit("states: the JVM ended with an error")


def judged(mohr, folder, row, policy):
    """What mohr says of it: signer, indication, sub-indication, reason of each signature."""
    call = [mohr, "verify", row["file"], "--json", "--offline", "--no-cache", "--at", row["at"], *policy]
    for anchor in folder.glob("*.anchor.der"):
        call += ["--trust", anchor]
    for option, files in (("--crl", row["lists"]), ("--ocsp", row["answers"])):
        for file in files:
            call += [option, file]
    if row["content"]:
        call += ["--content", row["content"]]
    done = subprocess.run([str(word) for word in call], capture_output=True, timeout=60)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return [{"said": f"status {done.returncode}: {done.stderr.decode(errors='replace').strip()[-200:]}"}]
    if "error" in report:
        return [{"said": report["error"]["id"]}]
    return [{"signer": s.get("signer", {}).get("subject"), "said": said(s), "why": s.get("reason", {}).get("id", ""),
             "stamps": [(t.get("time"), t.get("good")) for t in s.get("timestamps", [])]} for s in report["signatures"]]


def said(signature):
    indication = signature["indication"].replace("-", "_")
    return f"{indication} {signature['sub_indication']}".strip()


def key(row):
    return f"{row['state']}/{row['format']}/{row['maker']}"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--mohr", required=True)
    arguments.add_argument("--policy")
    arguments.add_argument("--only", default="")
    arguments.add_argument("--keep")
    given = arguments.parse_args()
    mohr = pathlib.Path(given.mohr).resolve()
    policy = ["--policy", given.policy] if given.policy else []
    with tempfile.TemporaryDirectory(prefix="mohr-states-") as temporary:
        folder = pathlib.Path(given.keep or temporary)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return compare(mohr, folder, policy, given.only)


def chosen(only, folder):
    if not only:
        return TABLE
    lines, keep = [], True
    for line in TABLE.read_text().splitlines():
        if not line.startswith(" "):
            keep = not line.startswith("state") or only in line
        if keep:
            lines.append(line)
    (folder / "table.txt").write_text("\n".join(lines) + "\n")
    return folder / "table.txt"


def compare(mohr, folder, policy, only):
    same = differ = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        rows = [(row, pool.submit(judged, mohr, folder, row, policy) if "signatures" in row else None) for row in made(mohr, folder, chosen(only, folder))]
    for row, ours in rows:
        if not ours:
            print(key(row), "|", row.get("declined") or row["error"])
            continue
        theirs = [f"{s['signer']} {s['indication']} {s['sub_indication']}".strip() for s in row["signatures"]]
        mine = [f"{s.get('signer')} {s['said']}" for s in ours.result()]
        equal = sorted(theirs) == sorted(mine)
        same, differ = same + equal, differ + (not equal)
        print("same " if equal else "DIFF ", key(row), "|", "; ".join(theirs), "|", "; ".join(mine), "|",
              [s.get("why") for s in ours.result()], [s["level"] for s in row["signatures"]], [e.split(":")[0] for s in row["signatures"] for e in s["errors"]])
    print(f"{same} same, {differ} differ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
