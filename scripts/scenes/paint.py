"""Procedural materials: colours are sRGB such as ``#d8432e``."""

from __future__ import annotations

import bpy

Colour = str


def linear(colour: Colour) -> tuple[float, float, float, float]:
    """Return a colour in linear light, with alpha 1."""
    values = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return red, green, blue, 1.0


def plain(colour: Colour, rough: float = 0.4, coat: float = 0.0, metal: float = 0.0) -> bpy.types.Material:
    """Make one colour: matt, glossy (`coat`) or metal."""
    made = bpy.data.materials.new("plain")
    made.use_nodes = True
    shader = made.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = linear(colour)
    shader.inputs["Roughness"].default_value = rough
    shader.inputs["Metallic"].default_value = metal
    shader.inputs["Coat Weight"].default_value = coat
    shader.inputs["Coat Roughness"].default_value = 0.08
    return made


def glowing(colour: Colour, strength: float) -> bpy.types.Material:
    """Make a colour that shines by itself."""
    made = plain(colour)
    shader = made.node_tree.nodes["Principled BSDF"]
    shader.inputs["Emission Color"].default_value = linear(colour)
    shader.inputs["Emission Strength"].default_value = strength
    return made


def mottled(
    first: Colour,
    second: Colour,
    scale: float,
    edge: float = 0.5,
    stretch: tuple[float, float, float] = (1.0, 1.0, 1.0),
    rough: float = 0.5,
    coat: float = 0.0,
    bump: float = 0.0,
) -> bpy.types.Material:
    """Mix two colours by noise: `edge` 0 gives hard patches, 0.5 soft clouds; `stretch` makes grain of it."""
    made = plain(first, rough, coat)
    nodes, links = made.node_tree.nodes, made.node_tree.links
    place, squeeze = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeMapping")
    squeeze.inputs["Scale"].default_value = stretch
    noise = nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value, noise.inputs["Detail"].default_value = scale, 4.0
    links.new(place.outputs["Object"], squeeze.inputs["Vector"])
    links.new(squeeze.outputs["Vector"], noise.inputs["Vector"])
    _ramp(made, noise.outputs["Fac"], first, second, 0.5, 0.02 + 0.4 * edge)
    if bump:
        _bump(made, noise.outputs["Fac"], bump)
    return made


def striped(
    first: Colour,
    second: Colour,
    period: float,
    axis: str = "Z",
    share: float = 0.5,
    shift: float = 0.0,
    **looks: float,
) -> bpy.types.Material:
    """Make stripes across an axis of the part, in its own coordinates; `share` belongs to the second colour."""
    made = plain(first, **looks)
    nodes, links = made.node_tree.nodes, made.node_tree.links
    place, parts = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeSeparateXYZ")
    links.new(place.outputs["Object"], parts.inputs[0])
    turns = _math(made, "DIVIDE", _math(made, "ADD", parts.outputs[axis], shift), period)
    wave = _math(made, "PINGPONG", _math(made, "MULTIPLY", turns, 2.0), 1.0)
    _ramp(made, wave, first, second, 1.0 - share, 0.03)
    return made


def sectors(first: Colour, second: Colour, count: int, **looks: float) -> bpy.types.Material:
    """Make stripes from pole to pole about the part's z axis."""
    made = plain(first, **looks)
    nodes, links = made.node_tree.nodes, made.node_tree.links
    place, parts = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeSeparateXYZ")
    links.new(place.outputs["Object"], parts.inputs[0])
    angle = _math(made, "ARCTAN2", parts.outputs["Y"], parts.outputs["X"])
    wave = _math(made, "SINE", _math(made, "MULTIPLY", angle, float(count)), 0.0)
    _ramp(made, _math(made, "MULTIPLY_ADD", wave, 0.5, 0.5), first, second, 0.5, 0.03)
    return made


def below(made: bpy.types.Material, colour: Colour, height: float, ragged: float = 0.0) -> bpy.types.Material:
    """Dip the part into another colour up to this height of its own z axis, with a `ragged` edge."""
    nodes, links = made.node_tree.nodes, made.node_tree.links
    base = nodes["Principled BSDF"].inputs["Base Color"]
    before = base.links[0].from_socket if base.links else None
    place, parts = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeSeparateXYZ")
    noise = nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value = 2.2
    links.new(place.outputs["Object"], parts.inputs[0])
    links.new(place.outputs["Object"], noise.inputs["Vector"])
    edge = _math(made, "MULTIPLY_ADD", noise.outputs["Fac"], ragged, height - ragged / 2)
    chosen = _math(made, "LESS_THAN", parts.outputs["Z"], edge)
    mix = nodes.new("ShaderNodeMix")
    mix.data_type = "RGBA"
    links.new(chosen, mix.inputs["Factor"])
    mix.inputs[7].default_value = linear(colour)
    if before is None:
        mix.inputs[6].default_value = base.default_value
    else:
        links.new(before, mix.inputs[6])
    links.new(mix.outputs[2], base)
    return made


def water(colour: Colour, scale: float, bump: float, speed: float) -> bpy.types.Material:
    """Make a glossy surface of small waves that move; `speed` is their change per frame."""
    made = plain(colour, 0.06)
    nodes, links = made.node_tree.nodes, made.node_tree.links
    place, noise = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeTexNoise")
    noise.noise_dimensions = "4D"
    noise.inputs["Scale"].default_value, noise.inputs["Detail"].default_value = scale, 2.0
    links.new(place.outputs["Object"], noise.inputs["Vector"])
    time = noise.inputs["W"]
    for frame in (0, 100):
        time.default_value = frame * speed
        time.keyframe_insert("default_value", frame=frame)
    _bump(made, noise.outputs["Fac"], bump)
    return made


def _math(made: bpy.types.Material, operation: str, *values: object) -> bpy.types.NodeSocket:
    node = made.node_tree.nodes.new("ShaderNodeMath")
    node.operation = operation
    for socket, value in zip(node.inputs, values, strict=False):
        if isinstance(value, (int, float)):
            socket.default_value = value
        else:
            made.node_tree.links.new(value, socket)
    return node.outputs[0]


def _ramp(
    made: bpy.types.Material, value: bpy.types.NodeSocket, first: Colour, second: Colour, middle: float, width: float
) -> None:
    ramp = made.node_tree.nodes.new("ShaderNodeValToRGB")
    low, high = ramp.color_ramp.elements
    low.position, high.position = max(0.0, middle - width / 2), min(1.0, middle + width / 2)
    low.color, high.color = linear(first), linear(second)
    made.node_tree.links.new(value, ramp.inputs["Fac"])
    made.node_tree.links.new(ramp.outputs["Color"], made.node_tree.nodes["Principled BSDF"].inputs["Base Color"])


def _bump(made: bpy.types.Material, value: bpy.types.NodeSocket, strength: float) -> None:
    bump = made.node_tree.nodes.new("ShaderNodeBump")
    bump.inputs["Strength"].default_value, bump.inputs["Distance"].default_value = strength, 0.1
    made.node_tree.links.new(value, bump.inputs["Height"])
    made.node_tree.links.new(bump.outputs["Normal"], made.node_tree.nodes["Principled BSDF"].inputs["Normal"])
