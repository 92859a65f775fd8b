#!/usr/bin/env python3
"""A reader of a team's folder, written from docs/format.md and its two parts alone.

It shares no line and no library with Conclave; that the two agree on tests/vectors/v1 shows that the
pages say enough. It is for people who want to know how the format works, not for daily use: it loads
everything, and wipes nothing. What it refuses it skips; of packs it says so. It leaves out merging, names,
conflict copies and invitations. judge.py beside it says what each entry is worth.

    pip install cryptography pynacl kyber-py
    python3 docs/format/reader.py tests/vectors/v1/folder.json ana
    python3 docs/format/reader.py tests/vectors/v1/attachment.json
"""

import hashlib
import hmac
import json
import struct
import sys
from contextlib import suppress
from types import SimpleNamespace as Obj

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from kyber_py.ml_kem import ML_KEM_768
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as xchacha_open
from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey

from judge import *

# ---- Notation

# What refusing looks like: of `need`, of the libraries, and of bytes that are not shaped as they should be.
REFUSED = (ValueError, KeyError, TypeError, IndexError, AttributeError, struct.error, CryptoError, InvalidTag)


def need(what, why="refused"):
    if not what:
        raise ValueError(why)


def sha256(data):
    return hashlib.sha256(data).digest()


def u32(n):
    return struct.pack("<I", n)


def u64(n):
    return struct.pack("<Q", n)


def lp(label, *fields):
    return b"".join(u64(len(f)) + f for f in (("conclave/1/" + label).encode(), *(f or b"" for f in fields)))


def H(label, *fields):
    return sha256(lp(label, *fields))


def cbor_read(data, at=0, depth=16):
    """One item from `at`: (value, where it ends)."""
    major, info = data[at] >> 5, data[at] & 31
    if major == 7:
        return {20: False, 21: True, 22: None}[info], at + 1
    need(info < 28 and major != 6)
    size = 0 if info < 24 else 1 << (info - 24)
    n = int.from_bytes(data[at + 1 : at + 1 + size], "big") if size else info
    at += 1 + size
    if major in (0, 1):
        return n if major == 0 else -1 - n, at
    if major in (2, 3):
        need(at + n <= len(data))
        raw = bytes(data[at : at + n])
        return raw if major == 2 else raw.decode(), at + n
    need(depth)
    items = []
    for _ in range(n * (major - 3)):
        item, at = cbor_read(data, at, depth - 1)
        items.append(item)
    return items if major == 4 else dict(zip(items[::2], items[1::2])), at


def cbor_write(v):
    """The one encoding of a value; comparing with it is the strict reading."""

    def head(major, n):
        for size, info in ((1, 24), (2, 25), (4, 26), (8, 27)):
            if n < 24:
                return bytes([major << 5 | n])
            if n < 1 << 8 * size:
                return bytes([major << 5 | info]) + n.to_bytes(size, "big")
        raise ValueError("too long")

    if v is None or isinstance(v, bool):
        return bytes([0xF6 if v is None else 0xF5 if v else 0xF4])
    if isinstance(v, int):
        return head(0, v) if v >= 0 else head(1, -1 - v)
    if isinstance(v, bytes):
        return head(2, len(v)) + v
    if isinstance(v, str):
        return head(3, len(v.encode())) + v.encode()
    if isinstance(v, list):
        return head(4, len(v)) + b"".join(map(cbor_write, v))
    pairs = sorted((cbor_write(k), cbor_write(x)) for k, x in v.items())
    return head(5, len(v)) + b"".join(k + x for k, x in pairs)


def without_nulls(v):
    """A null in the place of an optional value is an absent one."""
    if isinstance(v, dict):
        return {k: without_nulls(x) for k, x in v.items() if x is not None}
    return list(map(without_nulls, v)) if isinstance(v, list) else v


def cbor(data):
    value, end = cbor_read(data)
    need(end == len(data) and cbor_write(value) == data, "not deterministic CBOR")
    return without_nulls(value)


def padded_len(length, least):
    n = length + 4
    e = n.bit_length() - 1
    unit = 1 << (e - e.bit_length())
    return max(-(-n // unit) * unit, least)


def unpad(data, least=0):
    n = int.from_bytes(data[:4], "little")
    need(len(data) == padded_len(n, least) and not any(data[4 + n :]))
    return data[4 : 4 + n]


# ---- Suite, ENV, boxes


def extract(salt, ikm):
    return hmac.digest(salt or bytes(32), ikm, "sha256")


def expand(prk, info, length):
    out, block = b"", b""
    while len(out) < length:
        block = hmac.digest(prk, block + info + bytes([len(out) // 32 + 1]), "sha256")
        out += block
    return out[:length]


def derive(key, label):
    return expand(extract(b"", key), lp(label), 32)


def env_open(master, ctx, wire, least=0, padded=True):
    salt, commitment, nonce = wire[:32], wire[32:64], wire[64:88]
    okm = expand(extract(salt, master), lp("env", sha256(ctx)), 64)
    need(hmac.compare_digest(okm[32:], commitment), "another key")
    plain = xchacha_open(wire[88:], ctx, nonce, okm[:32])
    return unpad(plain, least) if padded else plain


class XWing:
    def __init__(self, seed):
        seeds = hashlib.shake_256(seed).digest(96)
        self.ek, self.dk = ML_KEM_768.key_derive(seeds[:64])
        self.x = X25519PrivateKey.from_private_bytes(seeds[64:])
        self.x_public = self.x.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.public = self.ek + self.x_public

    def box_open(self, info, enc, ct):
        # `exchange` refuses a share of low order.
        x = self.x.exchange(X25519PublicKey.from_public_bytes(enc[1088:]))
        m = ML_KEM_768.decaps(self.dk, enc[:1088])
        shared = hashlib.sha3_256(m + x + enc[1088:] + self.x_public + b"\\.//^\\").digest()
        suite = b"HPKE-v1HPKE" + bytes.fromhex("647a00010003")

        def labeled(prk, label, context, length):
            return expand(prk, struct.pack(">H", length) + suite + label + context, length)

        context = b"\0" + extract(b"", suite + b"psk_id_hash") + extract(b"", suite + b"info_hash" + info)
        secret = extract(shared, suite + b"secret")
        key, nonce = labeled(secret, b"key", context, 32), labeled(secret, b"base_nonce", context, 12)
        return ChaCha20Poly1305(key).decrypt(nonce, ct, b"")


# ---- Packs and entries



def device_id(keys):
    return H("device", keys[0], sha256(keys[1]))


def user_id(team, facts):
    return H("user", team, device_id(facts[0]), facts[1], device_id(facts[2]))


def open_pack(team, out, path, data):
    """All entries of a pack whose device signed it."""
    _, log_hex, name = path.split("/")
    log, (first, last) = bytes.fromhex(log_hex), (int(n, 16) for n in name.removesuffix(".pack").split("-"))
    need(data[:8] == b"conclave", "no file of ours")
    need(data[8] == 1 and data[9:13] == u32(1), "update needed")
    end = 17 + int.from_bytes(data[13:17], "little")
    ctx = lp("pack-control", team, log, u64(first), u64(last), u32(1))
    control = cbor(env_open(out, ctx, data[17:end]))
    identity, table = control[0], control[1]
    device = H("device", identity[0], identity[1])
    need(log == H("log", team, device, identity[2]))
    entries, prev = [], None
    for at, slot in enumerate(control[2]):
        header, body = cbor(slot[0]), slot.get(3)
        grant, member = (table[slot[k]] if k in slot else None for k in (1, 2))
        x = Obj(kind=header[0], critical=header[1], seq=header[2], prev=header.get(3), clock=header[5], log=log,
                device=device, grant=grant, member=member, scope=header.get(6), epoch=header.get(7))  # fmt: skip
        x.hash = H("entry", team, log, device, grant, member, slot[0])
        need(x.seq == first + at and (x.prev == prev if at else (x.prev is None) == (x.seq == 0)))
        need((body is None) == (8 not in header))
        need(body is None or header[8][:2] == [len(body), H("body", body)])
        x.payload, x.sealed = header.get(9), None
        if x.payload and len(data) > end:
            x.sealed, end = data[end : end + x.payload[0]], end + x.payload[0]
            need(H("body", x.sealed) == x.payload[1])
        x.malformed = not well_formed(team, x, body)
        entries.append(x)
        prev = x.hash
    need(entries and entries[-1].seq == last and end == len(data))
    message = lp("pack", team, log, device, u64(last), prev)
    VerifyKey(identity[0]).verify(message, control[3])
    return entries


def well_formed(team, x, body):
    """Reads the body; false for a malformed entry. Ids that the entry proves are added to it."""
    x.body = None
    if not GENESIS <= x.kind <= COMPLAINT:
        return True
    if x.critical != (x.kind in CRITICAL) or (x.kind in BODILESS) != (body is None):
        return False
    if body is None:
        return True
    try:
        b = x.body = cbor(body)
        if x.kind in REVOCATIONS:
            logs = [log for log, _, _, *_ in b[REVOCATIONS[x.kind]]]
            return logs == sorted(set(logs))
        if x.kind == GENESIS:
            return H("genesis", body) == team
        if x.kind == DEVICE_ADD:
            x.made = device_id(b[1])
        if x.kind == SCOPE_CREATE:
            x.made = H("scope", team, x.log, u64(x.seq), body)
        if x.kind == GRANT:
            variant, s = b[0]
            x.subject = ("user", s[0]) if variant == 0 else ("group", s[0]) if variant == 1 else ("machine", device_id(s[0]))
            return variant != 0 or 1 not in s or user_id(team, s[1]) == s[0]
        if x.kind == ITEM_REV:
            x.item = b[0] if 0 in b else H("item", team, b[1], x.log, u64(x.seq))
            return (0 in b) == bool(b[2]) and x.payload is not None
        if x.kind == TOMBSTONE:
            x.item = b[0]
        return True
    except (ValueError, KeyError, TypeError, IndexError):
        x.body = None
        return False


def gather_facts(team, entries):
    """What ids commit to (authority.md, Facts)."""
    f = Obj(team=team, users={}, machines=set(), owner={})
    f.directory, f.audit, f.admins = (H(name, team) for name in ("directory", "audit", "admins"))

    def person(user, kit, first):
        f.users.setdefault(user, Obj(kit=kit, first=first, scope=H("user-scope", team, user)))

    for x in entries:
        if x.kind == GENESIS and not x.malformed:
            device, facts = device_id(x.body[1]), x.body[3]
            f.own0, founder = H("user", team, device), user_id(team, facts)
            person(f.own0, None, device)
            person(founder, device_id(facts[0]), device_id(facts[2]))
            f.roots = [(H("genesis-grant", team, user), user) for user in (f.own0, founder)]
        if x.kind == GRANT and not x.malformed:
            if x.subject[0] == "user" and 1 in x.body[0][1]:
                facts = x.body[0][1][1]
                person(x.subject[1], device_id(facts[0]), device_id(facts[2]))
            if x.subject[0] == "machine":
                f.machines.add(x.subject[1])
    need(hasattr(f, "roots"), "the founding is not here, so nothing can be judged")
    return f


# ---- Keys and items


def open_keys(team, seed, entries):
    """Every scope key that boxes and later keys give to a device."""
    epochs = {x.hash: x.body for x in entries if x.kind == KEY_EPOCH and not x.malformed}
    boxes = [(h, box) for h, body in epochs.items() for box in body[5]]
    boxes += [(x.body[0], box) for x in entries if x.kind == KEY_BOX_ADD and not x.malformed for box in x.body[1]]
    keys, pairs, tried = {}, {None: XWing(derive(seed, "device-sealing"))}, set()

    def take(epoch, key):
        pair, body = XWing(derive(key, "scope-sealing")), epochs[epoch]
        if derive(key, "epoch-commit") == body[3] and pair.public == body[4]:
            keys[epoch], pairs[epoch] = key, pair
            return True
        return False

    news = True
    while news:
        news = False
        for at, (h, box) in enumerate(boxes):
            pair = pairs.get(box.get(1))
            if h not in epochs or h in keys or at in tried or pair is None or sha256(pair.public) != box[2]:
                continue
            tried.add(at)
            # A box that does not open says nothing about any other.
            with suppress(*REFUSED):
                e, (variant, (who, *_)) = epochs[h], box[0]
                info = lp("epoch-box", team, e[0], u64(e[1]), e[3], bytes([variant]), who, box.get(1), box[2])
                news |= take(h, pair.box_open(info, box[3], box[4]))
        for h in list(keys):
            for parent in epochs[h][2]:
                if parent[0] in epochs and parent[0] not in keys:
                    ctx = lp("parent-wrap", team, epochs[h][0], u64(epochs[h][1]), parent[0])
                    with suppress(*REFUSED):
                        news |= take(parent[0], env_open(keys[h], ctx, parent[1], padded=False))
    return keys, pairs


def open_payload(team, x, wraps, keys, pairs):
    """A revision's payload, by the first wrap that opens; None without one, and for a payload that is refused."""
    for variant, wrap in wraps:
        if wrap[1] not in keys:
            continue
        fields = (team, x.item, x.payload[1], wrap[0], wrap[1])
        try:
            if variant == 0:
                dek = env_open(keys[wrap[1]], lp("content-wrap", *fields), wrap[2], padded=False)
            else:
                dek = pairs[wrap[1]].box_open(lp("content-box", *fields), wrap[2], wrap[3])
            need(len(dek) == 32)
        except REFUSED:
            continue
        ctx = lp("item-payload", team, x.item, x.body[1], b"".join(x.body[2]), x.device, u32(x.body[5]))
        with suppress(*REFUSED):
            return env_open(dek, ctx, x.sealed, least=512)
        return None
    return None


def open_file(team, file, sealed):
    """A file of an item, out of what lies at its place in the folder."""
    need(sha256(sealed) == file[5], "not the file that was added")
    pieces = [sealed[at : at + 65536 + 104] for at in range(0, len(sealed), 65536 + 104)]
    padded = b""
    for n, piece in enumerate(pieces):
        ctx = lp("blob-chunk", team, file[0], u64(n), bytes([n == len(pieces) - 1]))
        padded += env_open(file[3], ctx, piece, padded=False)
    need(len(pieces) == -(-len(padded) // 65536))
    plain = unpad(padded)
    need(len(plain) == file[2])
    return plain


def file_state(team, file, files):
    sealed = files.get(f"blob/{file[4].hex()}/{file[5].hex()}")
    try:
        return "opens" if sealed and open_file(team, file, bytes.fromhex(sealed)) is not None else "not here"
    except REFUSED:
        return "refused"


def find_items(entries, label):
    """Item to (home, heads, deleted)."""
    nodes, found = {}, {}
    for x in entries:
        if x.kind in (ITEM_REV, TOMBSTONE) and not x.malformed:
            nodes.setdefault(x.item, {})[x.hash] = x
    adopted = {x.body[0] for x in entries if x.kind == ADOPT and label[x.hash] == "valid"}
    for item, here in nodes.items():
        first = [x for x in here.values() if x.kind == ITEM_REV and 0 not in x.body]
        home = (first or [here[min(here)]])[0].body[1]
        counting = [x for x in here.values() if x.body[1] == home and (label[x.hash] == "valid" or x.hash in adopted)]

        def past(of):
            seen, todo = set(), [p for x in of for p in x.body[2]]
            while todo:
                h = todo.pop()
                if h not in seen:
                    seen.add(h)
                    todo += here[h].body[2] if h in here else []
            return seen

        edits = [x for x in counting if x.kind == ITEM_REV]
        heads = sorted({x.hash for x in edits} - past(edits))
        if heads:
            found[item] = home, heads, set(heads) <= past(counting)
    return found


def main():
    folder = json.load(open(sys.argv[1]))
    if "sealed" in folder:
        # One file by itself (tests/vectors/v1/attachment.json).
        file = cbor(bytes.fromhex(folder["payload"]))[7][0]
        need(folder["path"] == f"blob/{file[4].hex()}/{file[5].hex()}")
        plain = open_file(bytes.fromhex(folder["team"]), file, bytes.fromhex(folder["sealed"]))
        need((len(plain), sha256(plain).hex()) == (folder["plain_len"], folder["plain_sha256"]))
        return print(repr(file[1]), len(plain), "bytes, as expected")
    team, out = bytes.fromhex(folder["team"]), bytes.fromhex(folder["out"])
    seed = bytes.fromhex(folder[sys.argv[2]]["device_seed"])
    entries = {}
    for path, data in folder["files"].items():
        if path.startswith("log/"):
            try:
                entries |= {x.hash: x for x in open_pack(team, out, path, bytes.fromhex(data))}
            except REFUSED as why:
                print("skipped", path, "-", why, file=sys.stderr)
    entries = list(entries.values())
    state = Judge(gather_facts(team, entries), entries)
    keys, pairs = open_keys(team, seed, entries)
    print(f"{len(entries)} entries, {len(keys)} scope keys")
    for g in state.turns:
        print("grant", g.id.hex()[:8], g.subject[0], g.subject[1].hex()[:8], "on", g.scope.hex()[:8], g.role, "live" if g.live() else "ended")
    added = {}
    for x in entries:
        if x.kind == WRAP_ADD and state.labels[x.hash] == "valid":
            added.setdefault(x.body[0], []).extend(x.body[1])
    found, payloads = find_items(entries, state.labels), {}
    for item, (_, heads, deleted) in found.items():
        for h in heads:
            x = state.e[h]
            plain = payloads[h] = open_payload(team, x, x.body[3] + added.get(h, []), keys, pairs)
            try:
                content = cbor(plain) if plain else None
                print("item", item.hex()[:8], "head", h.hex()[:8], "deleted" if deleted else "", "closed to this device" if content is None else repr(content[3]))
                for field in content[4] if content else []:
                    print("    ", field[1], "=", field[3])
                for file in content.get(7, []) if content else []:
                    print("     file", repr(file[1]), file[2], "bytes", file_state(team, file, folder["files"]))
            except REFUSED as why:
                print("item", item.hex()[:8], "head", h.hex()[:8], "refused -", why)
    if expected := folder.get("expected"):
        need([state.labels[bytes.fromhex(x[2])] for x in expected["entries"]] == [x[4] for x in expected["entries"]])
        need([g.live() for g in state.turns] == [g[4] for g in expected["grants"]])
        need({s.hex(): [h.hex() for h in hs] for s, hs in state.usable().items()} == {s: hs for s, hs in expected["usable_epochs"].items() if hs})
        for item, e in expected["items"].items():
            _, heads, deleted = found[bytes.fromhex(item)]
            need([h.hex() for h in heads] == e["heads"] and deleted == e["deleted"])
            need({h.hex(): payloads[h] and payloads[h].hex() for h in heads} == e[sys.argv[2]]["payloads"])
        print("as expected")


if __name__ == "__main__":
    main()
