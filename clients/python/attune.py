"""Attune for Python scripts: parameters, reports, stopping, checkpoints. One file, no dependencies, Python 3.8 or newer: copy it beside your script.

    import attune

    p = attune.params({"learningRate": 0.01, "hidden": 64})    # the values used when the script runs without Attune
    for epoch in range(start, 21):
        ...
        attune.report(step=epoch, val_accuracy=accuracy)
        save_checkpoint(attune.checkpoint_dir())
        if attune.should_stop():
            break

Started by `attune run study.yaml`, a script finds its trial in the environment (ATTUNE_TRIAL) and reports by lines on stdout. Started by hand, it gets its
defaults, reports are printed for reading, and nothing asks it to stop.

`connect(url, token, study)` is the other way round: the script asks a server (`attune serve`) for trials and tells their results.
"""
import json
import os
import pathlib
import signal
import sys
import tempfile
import threading
import urllib.error
import urllib.request

_trial = json.loads(os.environ["ATTUNE_TRIAL"]) if "ATTUNE_TRIAL" in os.environ else None
_stop_requested = False
_listening = False
_dry_checkpoints = None


def params(defaults=None):
    """The trial's parameters as a dict; a branch is a dict with the chosen label as "kind". Without Attune a copy of `defaults`."""
    if _trial is not None:
        return _trial["params"]
    if defaults is None:
        raise RuntimeError("attune.params: this script was not started by Attune; give defaults: params({'learningRate': 0.01}).")
    return dict(defaults)


def report(step=None, final=False, **metrics):
    """Reports metrics at `step` (1, 2, 3 …, growing); without a step they only count as the result. `final=True`: nothing better will follow."""
    for name, value in metrics.items():
        metrics[name] = float(value)  # also numpy's and torch's numbers
    if _trial is None:
        place = "result" if step is None else "step %d" % step
        print(place, " ".join("%s=%.6g" % item for item in metrics.items()), flush=True)
        return
    line = dict(metrics)
    if step is not None:
        line["step"] = int(step)
    if final:
        line["final"] = True
    # One write: lines of several threads do not mix. A line break before it, if the script left one open, would be the script's own.
    sys.stdout.write("attune: " + json.dumps(line) + "\n")
    sys.stdout.flush()


def should_stop():
    """True once Attune has asked the script to end (SIGTERM): save a checkpoint and leave within the grace time (graceSeconds, 5 by default).

    From the first call on SIGTERM no longer ends the script by itself: call it in every epoch, or never.
    """
    global _listening
    if not _listening and _trial is not None:
        _listening = True
        try:
            signal.signal(signal.SIGTERM, _request_stop)
        except ValueError:  # not in the main thread: SIGTERM ends the script as it always does
            pass
    return _stop_requested


def _request_stop(_number, _frame):
    global _stop_requested
    _stop_requested = True


def checkpoint_dir():
    """A folder of this trial's own (pathlib.Path), kept when the script is killed or paused: look here first. Without Attune an empty temporary one."""
    global _dry_checkpoints
    if _trial is not None:
        path = pathlib.Path(_trial["checkpointDir"])
        path.mkdir(parents=True, exist_ok=True)
        return path
    if _dry_checkpoints is None:
        _dry_checkpoints = pathlib.Path(tempfile.mkdtemp(prefix="attune-"))
    return _dry_checkpoints


def seed():
    """The trial's seed, the same in every attempt; 0 without Attune."""
    return 0 if _trial is None else _trial["seed"]


class ServerError(Exception):
    """What the server refused, in its words; `status` is the HTTP status, `code` the stable name of the error."""

    def __init__(self, status, code, message):
        super().__init__(message)
        self.status = status
        self.code = code


class Study:
    """A study on a server, by HTTP. Trials are dicts: {"number": 0, "params": {…}, …}.

    A trial is held while this process lives: a thread sends heartbeats, four in the lease time, until the trial is told. If the process dies or is frozen
    for longer than that, the trial is given to the next that asks, and what this one still says is refused (ServerError, code "taken-over").
    """

    def __init__(self, url, token, name, lease_seconds=60):
        self._base = url.rstrip("/") + "/api/studies/" + urllib.request.quote(name, safe="")
        self._token = token
        self._lease_seconds = lease_seconds
        self._held = {}

    def ask(self):
        """The next trial to run."""
        trial = self._call("POST", "/ask", {"leaseSeconds": self._lease_seconds})
        told = threading.Event()
        self._held[trial["number"]] = told
        threading.Thread(target=self._beat, args=(trial, told), daemon=True).start()
        return trial

    def report(self, trial, step, **values):
        """Reports values at a step; the answer has "decision": "continue", "stop" or "pause"."""
        body = {"step": step, "values": values, "attempt": trial["attempt"]}
        answer = self._call("POST", "/trials/%d/report" % trial["number"], body)
        if answer["decision"] == "pause":
            self._let_go(trial)
        return answer

    def tell(self, trial, **values):
        """Ends a trial with its values."""
        return self._end(trial, {"values": values})

    def fail(self, trial, error):
        """Ends a trial as failed."""
        return self._end(trial, {"state": "failed", "error": str(error)})

    def trials(self):
        """All trials by number."""
        return self._call("GET", "/trials", None)["trials"]

    def _end(self, trial, body):
        body["attempt"] = trial["attempt"]
        ended = self._call("POST", "/trials/%d/tell" % trial["number"], body)
        self._let_go(trial)
        return ended

    def _let_go(self, trial):
        told = self._held.pop(trial["number"], None)
        if told is not None:
            told.set()

    def _beat(self, trial, told):
        path = "/trials/%d/heartbeat" % trial["number"]
        while not told.wait(self._lease_seconds / 4):
            try:
                self._call("POST", path, {"attempt": trial["attempt"]}, timeout=self._lease_seconds)
            except ServerError as error:
                if error.status in (404, 409):  # ended or taken over: the next call of the script is told so
                    return
            except OSError:  # the server is away for a moment, perhaps
                pass

    def _call(self, method, path, body, timeout=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"authorization": "Bearer " + self._token, "content-type": "application/json"}
        request = urllib.request.Request(self._base + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            try:
                said = json.load(error)["error"]
            except (ValueError, KeyError):
                raise ServerError(error.code, "http", str(error)) from None
            raise ServerError(error.code, said["code"], said["message"]) from None


def connect(url, token, study, lease_seconds=60):
    """The study `study` on the server at `url`, as http://127.0.0.1:7788. A trial is given up when nothing was heard of this process for `lease_seconds`."""
    return Study(url, token, study, lease_seconds)
