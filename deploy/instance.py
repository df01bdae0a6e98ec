"""A site on this machine: run it, look after it, test on its servers.

The Makefile calls this; every command takes --instance FOLDER.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from stack import python, services, site
from stack.state import PROJECT, VENV, Instance, Problem, fail, is_free, say


def _start_servers(instance: Instance, extra: str) -> None:
    python.ensure_venv(extra)
    python.ensure_solr()
    python.compile_translations()
    services.start_base(instance)


def _claim_port(instance: Instance, port: int | None) -> None:
    """Remember the site's port; nobody else may listen there.

    Raises:
        Problem: somebody does.
    """
    wanted = port or instance.ports["site"]
    if services.is_up(instance):
        web = services.states(instance)["web"]["statename"]
        if wanted == instance.ports["site"] and web in ("STARTING", "RUNNING"):
            return
    else:
        services.end_leftovers(instance)
    if not is_free(wanted):
        raise Problem(
            f"Port {wanted} cannot be had: another program listens there, or it is kept for "
            f"root. Choose a free one: make run PORT={wanted + 1}"
        )
    instance.ports["site"] = wanted
    instance.save()


def run(options: argparse.Namespace) -> int:
    """Bring the site up, whatever is missing."""
    started = time.monotonic()
    instance = Instance.at(options.instance)
    with instance.locked():
        _choose_example(instance, options.example)
        _claim_port(instance, options.port)
        _start_servers(instance, "site")
        site.prepare(instance)
        services.start_site(instance)
    _tell(instance, time.monotonic() - started)
    return 0


def _choose_example(instance: Instance, choice: str | None) -> None:
    """Remember whether the example is wanted, once that is said."""
    if choice == "yes" and not instance.wants_example:
        instance.forget("example")
    if choice:
        instance.wants_example = choice == "yes"
        instance.save()


def _tell(instance: Instance, seconds: float) -> None:
    say(f"\nThe catalog answers after {seconds:.0f} s:\n\n    {instance.url}\n")
    say(f"Log in at {instance.url}/user/login:\n")
    for name, password, role in site.accounts(instance):
        say(f"    {name:<16} {password:<34} {role}")
    say(f"\nFiles: {instance.folder}. make stop | status | logs | token USER=name | clean")


def services_command(options: argparse.Namespace) -> int:
    """Start the servers without the site."""
    instance = Instance.at(options.instance)
    with instance.locked(wait=True):
        _start_servers(instance, options.extra)
        site.ensure_accounts(instance)
    return 0


def stop(options: argparse.Namespace) -> int:
    """End all processes; the data stay."""
    instance = Instance.existing(options.instance)
    with instance.locked():
        services.stop(instance)
    say("Stopped.")
    return 0


def status(options: argparse.Namespace) -> int:
    """Say what runs; 0 if all of it does."""
    instance = Instance.existing(options.instance)
    if not services.is_up(instance):
        say(f"{instance.folder}: stopped")
        return 3
    healthy = True
    for name, info in services.states(instance).items():
        healthy = healthy and info["statename"] == "RUNNING"
        say(f"{name:<10} {info['statename'].lower():<10} {info['description']}")
    if not services.site_answers(instance):
        say(f"{instance.url} does not answer")
        return 3
    say(f"{instance.url} answers")
    return 0 if healthy else 3


def logs(options: argparse.Namespace) -> int:
    """Follow the logs."""
    instance = Instance.existing(options.instance)
    files = sorted(map(str, (instance.folder / "logs").glob("*.log")))
    if not files:
        raise Problem("There are no logs yet.")
    follow = ["-F"] if sys.stdout.isatty() else []
    os.execvp("tail", ["tail", "-n", "40", *follow, *files])


def token(options: argparse.Namespace) -> int:
    """Print a new API token of a user."""
    instance = Instance.existing(options.instance)
    _need_servers(instance)
    result = _ckan(
        instance, ["user", "token", "add", options.user, "make token", "--quiet"], capture=True
    )
    if result.returncode:
        raise Problem(f"{result.stderr[-2000:]}\nNo token was made for {options.user!r}.")
    say(result.stdout.strip().splitlines()[-1].strip())
    return 0


def ckan(options: argparse.Namespace) -> int:
    """Run CKAN's command line on the site."""
    instance = Instance.existing(options.instance)
    _need_servers(instance)
    return _ckan(instance, _arguments() or ["--help"]).returncode


def _arguments() -> list[str]:
    try:
        return shlex.split(os.environ.get("ARGS", ""))
    except ValueError as error:
        raise Problem(f"ARGS: {error}") from error


def _need_servers(instance: Instance) -> None:
    if not services.is_up(instance):
        raise Problem("The servers are stopped: make run starts them.")


def _ckan(
    instance: Instance, arguments: list[str], capture: bool = False
) -> subprocess.CompletedProcess[str]:
    pipe = subprocess.PIPE if capture else None
    return subprocess.run(
        [VENV / "bin" / "ckan", "-c", instance.ini, *arguments],
        env=python.environment(), stdout=pipe, stderr=pipe, text=True,
    )


def clean(options: argparse.Namespace) -> int:
    """Delete the instance with its data, after asking."""
    instance = Instance.existing(options.instance)
    if not options.yes:
        if not sys.stdin.isatty():
            raise Problem("make clean deletes all data: say make clean YES=yes")
        answer = input(f"Delete {instance.folder} with all its data? Type yes: ")
        if answer.strip() != "yes":
            say("Nothing was deleted.")
            return 1
    with instance.locked():
        services.stop(instance)
        shutil.rmtree(instance.folder)
    say(f"Deleted: {instance.folder}")
    return 0


def test(options: argparse.Namespace) -> int:
    """Run the tests on the instance's servers, beside a site that may run there."""
    options.extra = "test"
    services_command(options)
    environment = {**python.environment(), "THAI_GDC_INSTANCE_FOLDER": str(options.instance)}
    command = [VENV / "bin" / "python", "-m", "pytest", "-n", "2", *_arguments()]
    return subprocess.run(command, cwd=PROJECT, env=environment).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--instance", type=Path, default=PROJECT / "instance", help="folder of the site"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, function: object) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=(function.__doc__ or "").splitlines()[0])
        added.set_defaults(function=function)
        return added

    running = command("run", run)
    running.add_argument("--port", type=int)
    running.add_argument("--example", choices=("yes", "no"))
    starting = command("services", services_command)
    starting.add_argument("--extra", choices=("site", "test"), default="site")
    for name, function in (("stop", stop), ("status", status), ("logs", logs)):
        command(name, function)
    command("token", token).add_argument("user")
    command("clean", clean).add_argument("--yes", action="store_true")
    # Their arguments come in the variable ARGS, as they stand after make.
    command("ckan", ckan)
    command("test", test)
    return parser


def main() -> int:
    """Run the command that was asked for."""
    options = _parser().parse_args()
    try:
        return options.function(options)
    except Problem as problem:
        return fail(problem)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
