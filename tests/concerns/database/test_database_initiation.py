"""The replica set is initiated once: by the last member, over no other set, under one claim."""

import pytest
from stand_ins import Machine

#: A claim is a file, one per stack; get and put are as atomic as Systems Manager's.
_AWS = """
case "$*" in *"/mongo/tide-staging-Database-1/initiated"*) ;; ssm*) STATE=$STATE/other ;; esac
case "$*" in
  "ssm get-parameter"*)
    if [ -e "$STATE/broken" ]; then echo "ThrottlingException" >&2; exit 254; fi
    cat "$STATE/claim" 2>/dev/null && exit 0
    echo "An error occurred (ParameterNotFound)" >&2; exit 254 ;;
  "ssm put-parameter"*--overwrite*)
    sed 's/.*--value \\([^ ]*\\) .*/\\1/' <<<"$*" >"$STATE/claim" ;;
  "ssm put-parameter"*)
    [ ! -e "$STATE/claim" ] || { echo ParameterAlreadyExists >&2; exit 254; }
    sed 's/.*--value \\([^ ]*\\) .*/\\1/' <<<"$*" >"$STATE/claim" ;;
  *"--version-stage AWSPREVIOUS"*) echo ResourceNotFoundException >&2; exit 254 ;;
  "secretsmanager"*) echo the-password ;;
  "cloudformation describe-stack-resource"*) echo CREATE_IN_PROGRESS ;;
esac
"""
#: Members have a set where the file sets/HOST exists; localhost is the member itself. A member does
#: not answer in clear text, or by another name than its certificate's.
_MONGOSH = """
case "$*" in *"--tls --tlsCAFile /"*"--host "*) ;; *) exit 1 ;; esac
case "$*" in *"--host mongo-"* | *"--host tidepool/mongo-"*) ;; *) exit 1 ;; esac
host=$(sed 's/.*--host \\([^ ]*\\).*/\\1/' <<<"$*")
[ "$host" != "mongo-$MEMBER.$PRIVATE_DOMAIN" ] || host=localhost
case "$*" in
  *dropUser*) printf '%s %s' "$MEMBERS_KEY" "$MONGO_PASSWORD" >"$STATE/adopted"
    touch "$STATE/open" ;;
  *": refusal"*) [ -e "$STATE/open" ] || cat "$STATE/refusal" 2>/dev/null ||
    echo "Authentication failed." ;;
  *"db.hello().primary"*) echo true ;;
  *createUser*) printf '%s' "$OTHERS" >"$STATE/others" ;;
  *hello*ok*) [ ! -e "$STATE/down/$host" ] ;;
  *setName*) cat "$STATE/sets/$host" 2>/dev/null || true ;;
  *rs.initiate*) echo tidepool >"$STATE/sets/localhost" ;;
  *isWritablePrimary*) [ -e "$STATE/sets/localhost" ] && echo true || echo false ;;
esac
"""


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path)
    made.stand_in("aws", _AWS)
    made.stand_in("mongosh", _MONGOSH)
    for name in ("sets", "down"):
        (tmp_path / name).mkdir()
    return made


def start(machine, member, **settings):
    return machine.run("initiate.sh", MEMBER=str(member), **settings)


def initiations(machine):
    return [call for call in machine.calls("mongosh") if "rs.initiate(" in call]


def knows_a_set(machine, host):
    (machine.folder / "sets" / host).write_text("tidepool")


def test_the_last_member_initiates_and_adds_the_others(machine):
    done = start(machine, 3)
    assert done.returncode == 0, done.stderr
    (call,) = initiations(machine)
    assert "{_id: 3, host: 'mongo-3.internal.staging.example:27017'}" in call
    assert (machine.folder / "claim").read_text().strip() == "vol-0abc"
    others = (machine.folder / "others").read_text()
    assert '{"_id": 1, "host": "mongo-1.internal.staging.example:27017"}' in others
    assert '{"_id": 2, "host": "mongo-2.internal.staging.example:27017"}' in others


def test_the_claim_is_written_before_the_initiation(machine):
    start(machine, 3)
    calls = machine.calls()
    claim = next(n for n, call in enumerate(calls) if "put-parameter" in call)
    initiation = next(n for n, call in enumerate(calls) if "rs.initiate(" in call)
    assert claim < initiation
    assert "--no-overwrite" in calls[claim]


@pytest.mark.parametrize("member", [1, 2])
def test_the_first_members_wait_for_the_last(machine, member):
    assert start(machine, member).returncode == 0
    assert not initiations(machine)
    assert not machine.calls("aws ssm put-parameter")


def test_a_second_start_does_not_initiate_again(machine):
    start(machine, 3)
    machine.forget()
    assert start(machine, 3).returncode == 0
    assert not initiations(machine)


@pytest.mark.parametrize("member", [1, 2, 3])
def test_no_member_initiates_under_the_claim_of_another(machine, member):
    """A member with a blank volume joins the existing set, and initiates none."""
    (machine.folder / "claim").write_text("vol-other")
    done = start(machine, member)
    assert done.returncode != 0
    assert not initiations(machine)


@pytest.mark.parametrize("member", [1, 2])
def test_no_member_initiates_next_to_a_set_even_without_a_claim(machine, member):
    knows_a_set(machine, f"mongo-{member}.internal.staging.example")
    done = start(machine, 3)
    assert done.returncode != 0
    assert not initiations(machine)


def test_no_member_initiates_while_another_does_not_answer(machine):
    """It may have a set: no answer does not mean no."""
    (machine.folder / "down" / "mongo-2.internal.staging.example").touch()
    done = start(machine, 3)
    assert done.returncode != 0
    assert "gave up waiting for mongo-2.internal.staging.example" in done.stderr
    assert not initiations(machine)
    assert not machine.calls("aws ssm put-parameter")


def test_an_error_of_another_member_stops_the_initiation(machine):
    """An error is never treated as an empty answer."""
    machine.stand_in(
        "mongosh", f'case "$*" in *setName*mongo-2*|*mongo-2*setName*) exit 1;; esac\n{_MONGOSH}'
    )
    assert start(machine, 3).returncode != 0
    assert not initiations(machine)


def test_an_unreadable_claim_is_not_treated_as_missing(machine):
    (machine.folder / "broken").touch()
    done = start(machine, 3)
    assert done.returncode != 0
    assert "ThrottlingException" in done.stderr
    assert not initiations(machine)


def test_of_two_claimants_one_initiates(machine):
    """The other claim appears between reading and writing."""
    race = 'case "$*" in "ssm put-parameter"*) echo vol-other >"$STATE/claim" ;; esac\n'
    machine.stand_in("aws", race + _AWS)
    assert start(machine, 3).returncode != 0
    assert not initiations(machine)


def test_the_claim_of_a_rolled_back_stack_does_not_block_the_next(machine):
    (machine.folder / "claim").write_text("vol-gone")
    (machine.folder / "other").mkdir()
    assert start(machine, 3, STACK="tide-staging-Database-2").returncode == 0
    assert len(initiations(machine)) == 1


def test_a_member_resumes_its_own_claim(machine):
    """The instance died between claiming and initiating; the claim contains its volume."""
    (machine.folder / "claim").write_text("vol-0abc")
    assert start(machine, 3).returncode == 0
    assert len(initiations(machine)) == 1


def test_the_password_is_no_argument(machine):
    start(machine, 3)
    assert not [call for call in machine.calls() if "the-password" in call]


def test_a_member_of_the_set_joins_again(machine):
    (machine.folder / "claim").write_text("vol-other")
    knows_a_set(machine, "localhost")
    assert start(machine, 1).returncode == 0
    assert not initiations(machine)


def test_a_member_rejoins_while_another_is_down(machine):
    """Also the one that initiated the set: its volume has the configuration."""
    (machine.folder / "claim").write_text("vol-0abc")
    knows_a_set(machine, "localhost")
    (machine.folder / "down" / "mongo-2.internal.staging.example").touch()
    done = start(machine, 3)
    assert done.returncode == 0, done.stderr
    assert not initiations(machine)


def restored(machine, claim="vol-of-the-empty-set"):
    """Let the volumes know a set with the passwords of another day."""
    knows_a_set(machine, "localhost")
    (machine.folder / "etc" / "mongo.keyfile").write_text("the-key\n")
    if claim:
        (machine.folder / "claim").write_text(claim)


@pytest.mark.parametrize("claim", ["vol-of-the-empty-set", ""])
def test_the_last_member_sets_the_users_of_restored_volumes(machine, claim):
    restored(machine, claim)
    done = start(machine, 3)
    assert done.returncode == 0, done.stderr
    assert (machine.folder / "adopted").read_text() == "the-key the-password"
    (call,) = [call for call in machine.calls("mongosh") if "dropUser" in call]
    assert "--host tidepool/mongo-1." in call
    assert not initiations(machine)
    assert (machine.folder / "claim").read_text().strip() == "vol-0abc"
    machine.forget()
    assert start(machine, 3).returncode == 0
    assert not [call for call in machine.calls() if "dropUser" in call]


@pytest.mark.parametrize("member", [1, 2])
def test_the_first_members_with_restored_volumes_change_no_user(machine, member):
    restored(machine)
    assert start(machine, member).returncode == 0
    assert not (machine.folder / "adopted").exists()


def test_an_interrupted_adoption_is_repeated(machine):
    restored(machine)
    machine.stand_in("mongosh", f'case "$*" in *dropUser*) exit 1 ;; esac\n{_MONGOSH}')
    assert start(machine, 3).returncode != 0
    assert (machine.folder / "claim").read_text() == "vol-of-the-empty-set"
    machine.stand_in("mongosh", _MONGOSH)
    assert start(machine, 3).returncode == 0
    assert (machine.folder / "adopted").exists()


def test_users_stay_where_the_administrator_can_log_in(machine):
    """One volume was replaced, in a set that runs."""
    restored(machine)
    (machine.folder / "open").touch()
    assert start(machine, 3).returncode == 0
    assert not (machine.folder / "adopted").exists()


def test_users_stay_where_the_login_fails_for_another_reason(machine):
    restored(machine)
    (machine.folder / "refusal").write_text("connection closed")
    start(machine, 3)
    assert not (machine.folder / "adopted").exists()


def test_users_stay_where_the_secret_cannot_be_read(machine):
    restored(machine)
    machine.stand_in("aws", f'case "$*" in secretsmanager*) exit 1 ;; esac\n{_AWS}')
    assert start(machine, 3).returncode != 0
    assert not (machine.folder / "adopted").exists()
    assert not [call for call in machine.calls() if "dropUser" in call]


def test_users_stay_where_the_set_is_this_stacks_own(machine):
    """A wrong password alone is for a person to judge."""
    restored(machine, claim="vol-0abc")
    start(machine, 3)
    assert not (machine.folder / "adopted").exists()


def test_users_stay_where_the_claim_cannot_be_read(machine):
    restored(machine)
    (machine.folder / "broken").touch()
    assert start(machine, 3).returncode != 0
    assert not (machine.folder / "adopted").exists()


def test_a_member_that_cannot_read_its_state_is_not_treated_as_blank(machine):
    machine.stand_in("mongosh", f'case "$*" in *setName*) exit 1;; esac\n{_MONGOSH}')
    assert start(machine, 3).returncode != 0
    assert not machine.calls("aws ssm")
