"""The studio: camera, lights, sky, motion, and Cycles' settings for the picture and for the masks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import bpy
from mathutils import Vector

from scripts.scenes import FPS, FRAMES, HEIGHT, STEP, WIDTH
from scripts.scenes.paint import Colour, linear

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Pose:
    """Place, Euler angles in degrees, and size."""

    at: Point
    turned: Point = (0.0, 0.0, 0.0)
    size: float = 1.0


def clear() -> None:
    """Start with nothing; what is animated moves evenly from key to key."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.preferences.edit.keyframe_new_interpolation_type = "LINEAR"


def move(thing: bpy.types.Object, pose: Callable[[float], Pose]) -> None:
    """Animate a thing: `pose` is asked at every frame, and for one before and one after the clip."""
    for frame in range(-1, FRAMES + 1):
        now = pose(float(frame))
        thing.location, thing.scale = now.at, (now.size,) * 3
        thing.rotation_euler = [math.radians(angle) for angle in now.turned]
        for path in ("location", "rotation_euler", "scale"):
            thing.keyframe_insert(path, frame=frame)


def camera(
    at: Callable[[float], Point], look: Callable[[float], Point], lens: float = 50.0, focus: float = 0.0
) -> bpy.types.Object:
    """Place a camera that moves from `at` and looks at `look`; with a `focus` distance, what is far off is soft."""
    data = bpy.data.cameras.new("camera")
    data.lens = lens
    if focus:
        data.dof.use_dof, data.dof.focus_distance, data.dof.aperture_fstop = True, focus, 2.8
    made = bpy.data.objects.new("camera", data)
    bpy.context.scene.collection.objects.link(made)

    def pose(frame: float) -> Pose:
        place = at(frame)
        euler = (Vector(look(frame)) - Vector(place)).to_track_quat("-Z", "Y").to_euler()
        return Pose(place, tuple(math.degrees(angle) for angle in euler))

    move(made, pose)
    bpy.context.scene.camera = made
    return made


def lamp(at: Point, look: Point, size: float, watts: float, colour: Colour = "#ffffff") -> bpy.types.Object:
    """Hang up a square soft light."""
    data = bpy.data.lights.new("lamp", "AREA")
    data.size, data.energy, data.color = size, watts, linear(colour)[:3]
    made = bpy.data.objects.new("lamp", data)
    made.location = at
    made.rotation_euler = (Vector(look) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(made)
    return made


def sun(towards: Point, strength: float, colour: Colour = "#fff1dc", soft: float = 4.0) -> bpy.types.Object:
    """Let the sun shine in a direction; `soft` is its width in degrees."""
    data = bpy.data.lights.new("sun", "SUN")
    data.energy, data.color, data.angle = strength, linear(colour)[:3], math.radians(soft)
    made = bpy.data.objects.new("sun", data)
    made.rotation_euler = Vector(towards).to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(made)
    return made


def sky(low: Colour, high: Colour, strength: float = 1.0, reach: float = 0.5) -> None:
    """Make a sky from the horizon's colour to the one that it `reach`es at this height (1 is the zenith)."""
    world = bpy.data.worlds.new("sky")
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    background = next(node for node in nodes if node.type == "BACKGROUND")
    background.inputs["Strength"].default_value = strength
    place, parts = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeSeparateXYZ")
    ramp = nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].color, ramp.color_ramp.elements[1].color = linear(low), linear(high)
    ramp.color_ramp.elements[1].position = reach
    links.new(place.outputs["Generated"], parts.inputs[0])
    links.new(parts.outputs["Z"], ramp.inputs["Fac"])
    links.new(ramp.outputs["Color"], background.inputs["Color"])
    bpy.context.scene.world = world


def for_picture(scene: bpy.types.Scene, samples: int, shutter: float) -> None:
    """Set Cycles up for the picture: few samples and bounces, the denoiser, and motion blur about the frame's time."""
    _common(scene)
    cycles, render = scene.cycles, scene.render
    cycles.samples, cycles.use_denoising, cycles.denoiser = samples, True, "OPENIMAGEDENOISE"
    cycles.denoising_input_passes, cycles.denoising_prefilter = "RGB_ALBEDO_NORMAL", "FAST"
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 3, 2, 2
    cycles.transmission_bounces, cycles.transparent_max_bounces = 0, 2
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect = 3.0
    render.use_motion_blur, render.motion_blur_shutter = shutter > 0, shutter or 0.5
    render.motion_blur_position = "CENTER"
    scene.view_settings.view_transform, scene.view_settings.look = "AgX", "AgX - Medium High Contrast"
    render.image_settings.color_mode = "RGB"


def for_masks(scene: bpy.types.Scene) -> bpy.types.Scene:
    """Make a second scene of the same things: each shines flatly with its number, one sample at each pixel's centre."""
    masks = scene.copy()
    masks.name = "masks"
    _common(masks)
    cycles, render = masks.cycles, masks.render
    cycles.samples, cycles.use_denoising, cycles.max_bounces = 1, False, 0
    cycles.pixel_filter_type, cycles.filter_width = "BOX", 0.01
    render.use_motion_blur, render.dither_intensity = False, 0.0
    masks.view_settings.view_transform, masks.view_settings.look = "Raw", "None"
    render.image_settings.color_mode = "BW"
    masks.view_layers[0].material_override = _numbers()
    masks.world = scene.world.copy()
    next(node for node in masks.world.node_tree.nodes if node.type == "BACKGROUND").inputs[
        "Strength"
    ].default_value = 0.0
    masks.camera = scene.camera.copy()
    masks.camera.data = scene.camera.data.copy()
    masks.camera.data.dof.use_dof = False
    masks.collection.objects.link(masks.camera)
    return masks


def _numbers() -> bpy.types.Material:
    made = bpy.data.materials.new("numbers")
    made.use_nodes = True
    nodes, links = made.node_tree.nodes, made.node_tree.links
    nodes.clear()
    info, scale = nodes.new("ShaderNodeObjectInfo"), nodes.new("ShaderNodeMath")
    shine, out = nodes.new("ShaderNodeEmission"), nodes.new("ShaderNodeOutputMaterial")
    scale.operation, scale.inputs[1].default_value = "MULTIPLY", STEP / 255
    links.new(info.outputs["Object Index"], scale.inputs[0])
    links.new(scale.outputs[0], shine.inputs["Strength"])
    links.new(shine.outputs[0], out.inputs["Surface"])
    return made


def _common(scene: bpy.types.Scene) -> None:
    render = scene.render
    render.engine, scene.cycles.device = "CYCLES", "CPU"
    render.resolution_x, render.resolution_y, render.resolution_percentage = WIDTH, HEIGHT, 100
    render.fps, render.image_settings.file_format = FPS, "PNG"
    render.use_persistent_data = True
    scene.cycles.use_adaptive_sampling, scene.cycles.seed = False, 0
