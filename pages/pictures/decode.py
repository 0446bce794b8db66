"""A program that reads one uploaded picture, in a process of its own, and writes it anew.

An upload is whatever somebody sends: a file of a few kilobytes can ask for gigabytes, and the libraries
that decode pictures are large. So the process that does it may use little memory and little time, and
when it dies, only this upload is lost.

The upload comes in by standard input. Out goes a line of JSON, and behind it the new file: upright, in
sRGB, bounded in size, made of nothing but pixels. Only Pillow and the standard library are used here.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import warnings
from contextlib import suppress

from PIL import Image, ImageCms, UnidentifiedImageError

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
MOST_MEMORY = 200 * 1024 * 1024
MOST_SECONDS = 20
ALLOWED = ["JPEG", "PNG", "WEBP", "AVIF"]
LONGEST_SIDE = 2560
"""Of the file that is kept. Twice what the widest place on a page takes."""

ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright, by the orientation that a camera notes in it."""


def main() -> None:
    limit_process()
    upload = sys.stdin.buffer.read(MOST_BYTES)
    try:
        facts, content = rewritten(upload)
    except UnidentifiedImageError:
        facts, content = {"refused": "not_a_picture"}, b""
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        facts, content = {"refused": "too_many_pixels"}, b""
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + content)


def limit_process() -> None:
    """Bounds this process, and Pillow in it, which looks at a picture's size before it decodes anything."""
    # A system that knows no such limit still has Pillow's.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def rewritten(upload: bytes) -> tuple[dict[str, object], bytes]:
    """What is known of the picture, and its new file. The first frame of an animation stands for it."""
    with Image.open(io.BytesIO(upload), formats=ALLOWED) as opened:
        turn = TURNS.get(opened.getexif().get(ORIENTATION, 1))
        image = in_srgb(shrunk(opened))
    if turn is not None:
        image = image.transpose(turn)
    # Some writers copy comments and profiles from here into the new file.
    image.info.clear()
    ending = "png" if image.mode == "RGBA" else "jpg"
    return {"width": image.width, "height": image.height, "ending": ending}, encoded(image)


def shrunk(image: Image.Image) -> Image.Image:
    """Decoded, and no longer than the longest side; in steps that take the least memory."""
    scale = min(1.0, LONGEST_SIDE / max(image.size))
    # A JPEG can be decoded at a half, a quarter or an eighth of its size.
    image.draft(None, (int(image.width * scale), int(image.height * scale)))
    image.load()
    if (factor := max(image.size) // LONGEST_SIDE) > 1 and image.mode in {"L", "RGB", "RGBA", "CMYK"}:
        image = image.reduce(factor)
    if image.mode in {"P", "PA", "1"}:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=None)
    return image


def in_srgb(image: Image.Image) -> Image.Image:
    """As RGB, or as RGBA when something shines through, in the colours that browsers expect."""
    profile = image.info.get("icc_profile")
    image = eight_bits(image)
    mode = "RGBA" if image.has_transparency_data else "RGB"
    # A profile that cannot be used is like none at all.
    with suppress(ImageCms.PyCMSError, OSError, ValueError):
        if profile and image.mode in {"RGB", "RGBA", "CMYK"}:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode=mode
            )
            image = converted or image
    image = image.convert(mode)
    if mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB")
    return image


def eight_bits(image: Image.Image) -> Image.Image:
    """A grey picture of 16 bits as one of 8, which Pillow would only cut off."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return image


def encoded(image: Image.Image) -> bytes:
    content = io.BytesIO()
    if image.mode == "RGBA":
        image.save(content, "PNG", compress_level=6)
    else:
        image.save(content, "JPEG", quality=90, optimize=True, progressive=True)
    return content.getvalue()


if __name__ == "__main__":
    main()
