"""Meshes that the toys are put together from; lengths in Blender units, z upwards."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import bmesh
import bpy
from mathutils import Matrix, Vector

Point = tuple[float, float, float]
ORIGIN: Point = (0.0, 0.0, 0.0)


def solid(
    bm: bmesh.types.BMesh, material: bpy.types.Material, at: Point = ORIGIN, turned: Point = ORIGIN
) -> bpy.types.Object:
    """Make a smoothly shaded object of the mesh, `turned` by Euler angles in degrees."""
    data = bpy.data.meshes.new("part")
    bm.to_mesh(data)
    bm.free()
    data.materials.append(material)
    data.polygons.foreach_set("use_smooth", [True] * len(data.polygons))
    made = bpy.data.objects.new("part", data)
    made.location, made.rotation_euler = at, [math.radians(angle) for angle in turned]
    bpy.context.scene.collection.objects.link(made)
    return made


def box(
    size: Point, material: bpy.types.Material, at: Point = ORIGIN, turned: Point = ORIGIN, bevel: float = 0.05
) -> bpy.types.Object:
    """Make a box of this size with rounded edges."""
    bm = bmesh.new()
    bmesh.ops.create_cube(bm, size=1.0, matrix=Matrix.Diagonal((*size, 1.0)))
    return _rounded(solid(bm, material, at, turned), bevel)


def slab(
    outline: Sequence[tuple[float, float]],
    thick: float,
    material: bpy.types.Material,
    at: Point = ORIGIN,
    turned: Point = ORIGIN,
    bevel: float = 0.03,
) -> bpy.types.Object:
    """Make a plate of this outline in x and y, `thick` along z."""
    bm = bmesh.new()
    face = bm.faces.new([bm.verts.new((x, y, -thick / 2)) for x, y in outline])
    raised = bmesh.ops.extrude_face_region(bm, geom=[face])["geom"]
    bmesh.ops.translate(bm, vec=(0, 0, thick), verts=[v for v in raised if isinstance(v, bmesh.types.BMVert)])
    bmesh.ops.recalc_face_normals(bm, faces=bm.faces[:])
    return _rounded(solid(bm, material, at, turned), bevel)


def ball(radii: Point, material: bpy.types.Material, at: Point = ORIGIN, turned: Point = ORIGIN) -> bpy.types.Object:
    """Make an ellipsoid."""
    bm = bmesh.new()
    bmesh.ops.create_uvsphere(bm, u_segments=40, v_segments=24, radius=1.0, matrix=Matrix.Diagonal((*radii, 1.0)))
    return solid(bm, material, at, turned)


def lathe(
    profile: Sequence[tuple[float, float]],
    material: bpy.types.Material,
    at: Point = ORIGIN,
    turned: Point = ORIGIN,
    smooth: bool = True,
) -> bpy.types.Object:
    """Turn a profile of (radius, z), from bottom to top, about the z axis; smooth it with a spline first."""
    points = list(_spline(profile)) if smooth else list(profile)
    bm = bmesh.new()
    steps = 64
    rings = [
        [bm.verts.new((max(r, 1e-4) * math.cos(a), max(r, 1e-4) * math.sin(a), z)) for a in _circle(steps)]
        for r, z in points
    ]
    for low, high in zip(rings, rings[1:], strict=False):
        for i in range(steps):
            bm.faces.new((low[i], low[(i + 1) % steps], high[(i + 1) % steps], high[i]))
    bm.faces.new(rings[0][::-1])
    bm.faces.new(rings[-1])
    return solid(bm, material, at, turned)


def disc(
    radius: float,
    thick: float,
    material: bpy.types.Material,
    at: Point = ORIGIN,
    turned: Point = ORIGIN,
    bevel: float = 0.03,
) -> bpy.types.Object:
    """Make a round plate or, if thick, a cylinder along z."""
    outline = [(radius * math.cos(a), radius * math.sin(a)) for a in _circle(48)]
    return slab(outline, thick, material, at, turned, bevel)


def tube(
    points: Sequence[Point],
    radius: float | Callable[[float], float],
    material: bpy.types.Material,
    closed: bool = False,
) -> bpy.types.Object:
    """Make a tube along a smooth curve through the points; `radius` may depend on the way, 0..1."""
    data = bpy.data.curves.new("tube", "CURVE")
    data.dimensions, data.bevel_depth, data.bevel_resolution, data.resolution_u = "3D", 1.0, 6, 12
    data.use_fill_caps = True
    line = data.splines.new("NURBS")
    line.points.add(len(points) - 1)
    for index, (point, place) in enumerate(zip(line.points, points, strict=True)):
        point.co = (*place, 1.0)
        point.radius = radius(index / (len(points) - 1)) if callable(radius) else radius
    line.order_u, line.use_endpoint_u, line.use_cyclic_u = min(4, len(points)), True, closed
    data.materials.append(material)
    made = bpy.data.objects.new("tube", data)
    bpy.context.scene.collection.objects.link(made)
    return made


def melt(parts: Sequence[bpy.types.Object], voxel: float, rounds: int = 8) -> bpy.types.Object:
    """Grow parts together into one soft body of the first one's material."""
    bpy.context.view_layer.update()
    bm = bmesh.new()
    for part in parts:
        start = len(bm.verts)
        bm.from_mesh(part.data)
        bmesh.ops.transform(bm, matrix=part.matrix_world, verts=bm.verts[start:])
    material = parts[0].data.materials[0]
    for part in parts:
        bpy.data.objects.remove(part)
    made = solid(bm, material)
    remesh = made.modifiers.new("melt", "REMESH")
    remesh.mode, remesh.voxel_size, remesh.use_smooth_shade = "VOXEL", voxel, True
    soften = made.modifiers.new("soften", "SMOOTH")
    soften.iterations, soften.factor = rounds, 0.6
    return made


def group(parts: Iterable[bpy.types.Object], target: int = 0) -> bpy.types.Object:
    """Put parts on one handle to move them by; `target` is the object's number in the masks."""
    handle = bpy.data.objects.new("handle", None)
    bpy.context.scene.collection.objects.link(handle)
    for part in parts:
        part.parent = handle
        number(part, target)
    return handle


def number(part: bpy.types.Object, target: int) -> None:
    """Give a part and all that hangs on it its number in the masks."""
    part.pass_index = target
    for child in part.children:
        number(child, target)


def _rounded(made: bpy.types.Object, bevel: float) -> bpy.types.Object:
    if bevel:
        modifier = made.modifiers.new("bevel", "BEVEL")
        modifier.width, modifier.segments, modifier.harden_normals = bevel, 3, True
        modifier.limit_method, modifier.angle_limit = "ANGLE", math.radians(35)
    return made


def _circle(steps: int) -> list[float]:
    return [2 * math.pi * i / steps for i in range(steps)]


def _spline(profile: Sequence[tuple[float, float]], steps: int = 8) -> Iterable[tuple[float, float]]:
    """Yield points of the Catmull-Rom curve through the profile."""
    points = [Vector(point) for point in (profile[0], *profile, profile[-1])]
    for a, b, c, d in zip(points, points[1:], points[2:], points[3:], strict=False):
        for i in range(steps):
            t = i / steps
            place = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
            yield place.x, place.y
    yield profile[-1]
