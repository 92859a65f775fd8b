#!/usr/bin/env python3
"""Makes conclave.json: the format's cryptography, written a second time from docs/format.md.

It shares no line and no library with the Rust code, so that an agreement of the two means
something. Run with `pip install pycryptodome cryptography kyber-py argon2-cffi`; the output is
frozen, and running it again gives the same bytes.
"""

import hashlib
import hmac
import json
import struct

from argon2.low_level import Type, hash_secret_raw
from Crypto.Cipher import ChaCha20_Poly1305
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from kyber_py.ml_kem import ML_KEM_768

RAW = (Encoding.Raw, PublicFormat.Raw)


def sha256(data):
    return hashlib.sha256(data).digest()


def lp(label, *fields):
    return b"".join(struct.pack("<Q", len(f)) + f for f in (label.encode(), *fields))


def extract(salt, ikm):
    return hmac.digest(salt or bytes(32), ikm, "sha256")


def expand(prk, info, length):
    out, block, n = b"", b"", 1
    while len(out) < length:
        block = hmac.digest(prk, block + info + bytes([n]), "sha256")
        out, n = out + block, n + 1
    return out[:length]


def hkdf(salt, ikm, info, length=32):
    return expand(extract(salt, ikm), info, length)


def padme(length):
    if length < 2:
        return length
    e = length.bit_length() - 1
    mask = (1 << (e - e.bit_length())) - 1
    return (length + mask) & ~mask


def pad(data, least=0):
    body = struct.pack("<I", len(data)) + data
    return body.ljust(max(padme(len(body)), least), b"\0")


def env(master, ctx, salt, nonce, padded):
    okm = hkdf(salt, master, lp("conclave/1/env", sha256(ctx)), 64)
    cipher = ChaCha20_Poly1305.new(key=okm[:32], nonce=nonce)
    cipher.update(ctx)
    ciphertext, tag = cipher.encrypt_and_digest(padded)
    return salt + okm[32:] + nonce + ciphertext + tag


def xwing_keys(seed):
    expanded = hashlib.shake_256(seed).digest(96)
    pk_m, _ = ML_KEM_768.key_derive(expanded[:64])
    x = X25519PrivateKey.from_private_bytes(expanded[64:])
    return pk_m + x.public_key().public_bytes(*RAW)


def xwing_encapsulate(pk, eseed):
    ss_m, ct_m = ML_KEM_768._encaps_internal(pk[:1184], eseed[:32])
    x = X25519PrivateKey.from_private_bytes(eseed[32:])
    ct_x = x.public_key().public_bytes(*RAW)
    ss_x = x.exchange(X25519PublicKey.from_public_bytes(pk[1184:]))
    ss = hashlib.sha3_256(ss_m + ss_x + ct_x + pk[1184:] + b"\\.//^\\").digest()
    return ct_m + ct_x, ss


def hpke_seal(pk, eseed, info, aad, plaintext, psk=b"", psk_id=b""):
    enc, shared = xwing_encapsulate(pk, eseed)
    suite = b"HPKE" + struct.pack(">HHH", 0x647A, 0x0001, 0x0003)

    def labeled_extract(salt, label, ikm):
        return extract(salt, b"HPKE-v1" + suite + label + ikm)

    def labeled_expand(prk, label, context, length):
        return expand(prk, struct.pack(">H", length) + b"HPKE-v1" + suite + label + context, length)

    context = bytes([1 if psk else 0])
    context += labeled_extract(b"", b"psk_id_hash", psk_id)
    context += labeled_extract(b"", b"info_hash", info)
    secret = labeled_extract(shared, b"secret", psk)
    key = labeled_expand(secret, b"key", context, 32)
    nonce = labeled_expand(secret, b"base_nonce", context, 12)
    cipher = ChaCha20_Poly1305.new(key=key, nonce=nonce)
    cipher.update(aad)
    ciphertext, tag = cipher.encrypt_and_digest(plaintext)
    return enc, ciphertext + tag


def fill(name, length=32):
    """Fixed bytes for an input of that name."""
    return hashlib.shake_256(b"conclave vectors: " + name.encode()).digest(length)


def env_vectors():
    master, salt, nonce = fill("master"), fill("salt"), fill("nonce", 24)
    fields = [fill("team"), fill("item"), b""]
    for padding, purpose, plaintext in [
        ("none", "content-wrap", fill("content key")),
        ("padme", "entry-body", b""),
        ("padme", "pack-control", fill("control section", 5000)),
        ("min512", "item-payload", b"a user name and a password"),
        ("min512", "item-payload", fill("long item", 1100)),
    ]:
        padded = {"none": plaintext, "padme": pad(plaintext), "min512": pad(plaintext, 512)}[padding]
        ctx = lp("conclave/1/" + purpose, *fields)
        yield {
            "master": master.hex(),
            "purpose": "conclave/1/" + purpose,
            "fields": [f.hex() for f in fields],
            "padding": padding,
            "salt": salt.hex(),
            "nonce": nonce.hex(),
            "plaintext": plaintext.hex(),
            "wire": env(master, ctx, salt, nonce, padded).hex(),
        }


def box_vectors():
    seed, eseed = fill("recipient"), fill("encapsulation", 64)
    pk = xwing_keys(seed)
    info, aad, plaintext = lp("conclave/1/box", sha256(pk)), b"aad", fill("boxed key")
    for psk, psk_id in [(b"", b""), (fill("psk"), b"psk id")]:
        enc, ct = hpke_seal(pk, eseed, info, aad, plaintext, psk, psk_id)
        yield {
            "seed": seed.hex(),
            "pk_sha256": sha256(pk).hex(),
            "eseed": eseed.hex(),
            "psk": psk.hex(),
            "psk_id": psk_id.hex(),
            "info": info.hex(),
            "aad": aad.hex(),
            "plaintext": plaintext.hex(),
            "enc": enc.hex(),
            "ct": ct.hex(),
        }


def key_vectors():
    def derive(key, purpose, *fields):
        return hkdf(b"", key, lp("conclave/1/" + purpose, *fields))

    device, scope, lmk, code_key = fill("device"), fill("scope"), fill("lmk"), fill("code key")
    signer = Ed25519PrivateKey.from_private_bytes(derive(device, "device-signing"))
    invite = Ed25519PrivateKey.from_private_bytes(derive(code_key, "invite-key"))
    message = [fill("team"), b"", b"\x01"]
    return {
        "device_seed": device.hex(),
        "device_verify_key": signer.public_key().public_bytes(*RAW).hex(),
        "device_seal_pk_sha256": sha256(xwing_keys(derive(device, "device-sealing"))).hex(),
        "signed_purpose": "conclave/1/pack",
        "signed_fields": [f.hex() for f in message],
        "signature": signer.sign(lp("conclave/1/pack", *message)).hex(),
        "scope_key": scope.hex(),
        "scope_commit": derive(scope, "epoch-commit").hex(),
        "scope_pk_sha256": sha256(xwing_keys(derive(scope, "scope-sealing"))).hex(),
        "local_master_key": lmk.hex(),
        "row_purpose": "items",
        "row_key": derive(lmk, "store-row", b"items").hex(),
        "invite_code_key": code_key.hex(),
        "invite_verify_key": invite.public_key().public_bytes(*RAW).hex(),
    }


def passphrase_vectors():
    device_secret, salt, passphrase = fill("ds"), fill("kdf salt", 16), "correct horse, battery"
    for m, t, p in [(65536, 3, 1), (65536, 3, 4)]:
        stretched = hash_secret_raw(passphrase.encode(), salt, t, m, p, 32, Type.ID, 0x13)
        yield {
            "device_secret": device_secret.hex(),
            "passphrase": passphrase,
            "salt": salt.hex(),
            "m_kib": m,
            "t": t,
            "p": p,
            "argon2id": stretched.hex(),
            "local_key": hkdf(device_secret, stretched, lp("conclave/1/local-key")).hex(),
        }


def main():
    fields = [b"", b"a", bytes(300)]
    lengths = [0, 1, 2, 3, 7, 8, 9, 16, 17, 63, 100, 511, 512, 513, 999, 1000, 4097, 65541, 10**6, 2**31 + 5]
    print(
        json.dumps(
            {
                "lp": {
                    "purpose": "conclave/1/entry",
                    "fields": [f.hex() for f in fields],
                    "bytes": lp("conclave/1/entry", *fields).hex(),
                    "hash": sha256(lp("conclave/1/entry", *fields)).hex(),
                },
                "padme": [[n, padme(n)] for n in lengths],
                "env": list(env_vectors()),
                "box": list(box_vectors()),
                "keys": key_vectors(),
                "passphrase": list(passphrase_vectors()),
            },
            indent=1,
        )
    )


main()
