"""The list of the pictures, in the order of the wall: neighbours differ in hue and in form."""

from dataclasses import dataclass, field
from typing import Callable

from . import (attractors, countryside, fields, flowers, fractals, lines, marbling, mountains, planets,
               posters, sea, skies, terrain, tilings, watercolour, woods)

WIDE, TALL, SQUARE, PANORAMA = (1600, 1067), (960, 1440), (1080, 1080), (2160, 720)
FINE = (1440, 960)                      # as WIDE, for pictures whose detail would make too large a file


@dataclass(frozen=True)
class Picture:
    """One file: what is written about it, and how it is painted."""
    name: str                           # the number in the list comes before it
    caption: str
    taken: str                          # as EXIF writes it
    size: tuple                         # upright
    paint: Callable                     # a function of a Frame and of the options
    seed: int
    options: dict = field(default_factory=dict)
    orientation: int = 1                # of the stored pixels, so that viewers have something to turn


PICTURES = [
    Picture('Harbour at dusk.jpg', 'The harbour, ten minutes after sunset', '2019:09:14 19:52:10',
            WIDE, sea.harbour, 3),
    Picture('Bauhaus evening.png', 'Circles, arcs and bars', '2021:02:06 17:20:41',
            TALL, posters.bauhaus, 3, options=dict(
                colours=['#d1422f', '#1f3a5f', '#e9b44c', '#f2e8d5', '#1d1d1f', '#7fa7a3'],
                ground='#f2e8d5')),
    Picture('Alpine morning.jpg', 'First sun on the summit', '2020:07:29 05:58:33',
            WIDE, terrain.alpine_morning, 4),
    Picture('Dahlia.jpg', 'Four hundred petals, one angle', '2021:09:05 11:28:36',
            SQUARE, flowers.dahlia, 3, options=dict(
                ground=['#2b3a3a', '#16211f', '#0b1211'], heart=['#f2c14e', '#b8642a'],
                petals=['#fbe6c8', '#f6b58a', '#e8706a', '#b8325a', '#6a1848'])),
    Picture('Evening hills.jpg', 'The last light on the hills', '2022:05:08 19:48:33',
            WIDE, countryside.evening_hills, 6),
    Picture('Poincaré disc.png', 'Pentagons, four at each corner', '2021:04:19 15:12:55',
            SQUARE, fractals.hyperbolic, 1, options=dict(
                rings=['#c8553d', '#e0a458', '#2f6f73', '#1d4e60', '#16324f', '#12263f'])),
    Picture('Low sun.jpg', 'The last boat home', '2018:08:21 20:37:52',
            TALL, sea.low_sun, 3, orientation=6),

    Picture('Poppies.jpg', 'Poppies, wet in wet', '2022:06:11 10:15:00',
            WIDE, watercolour.poppies, 4),
    Picture('Aurora over the fjord.jpg', 'Northern lights', '2021:11:03 22:41:09',
            WIDE, skies.aurora, 2),
    Picture('Plum on gold.jpg', 'A plum branch on gold leaf', '2022:03:02 09:44:18',
            FINE, flowers.plum_on_gold, 7),
    Picture('Blue limb.jpg', 'Sunrise from orbit', '2020:04:12 04:30:00',
            PANORAMA, planets.blue_limb, 3),
    Picture('Squares with circles.webp', 'Each square a chord of its own', '2018:12:09 15:33:40',
            FINE, posters.squares_with_circles, 3, options=dict(
                palette=['#c8402f', '#e88a2f', '#f2c14e', '#2f6f8f', '#1e3a5f', '#6fa08b', '#e8d8bc',
                         '#7a2f4f', '#e6a0a0', '#3a6b4f'])),
    Picture('Spruces in fog.jpg', 'Spruces in fog', '2019:10:27 08:19:44',
            TALL, woods.spruces_in_fog, 3, options=dict(
                colours=['#a9bdb5', '#7d9a92', '#4f7570', '#2c5450', '#123533', '#071d1e'],
                fog=[(0, '#b9cbc4'), (0.35, '#e6e6d6'), (0.6, '#e9e2cc'), (1, '#c3cdbf')])),
    Picture('Currents.webp', 'Ribbons in a stream', '2022:05:17 11:03:25',
            FINE, lines.currents, 3, options=dict(
                ground='#f3ead8', widths=(0.05, 0.006),
                palette=[('#1f3a5f', 3), ('#c8452f', 2.2), ('#e9b04a', 1.6), ('#7fa7a0', 1.6),
                         ('#2f2a2f', 0.8), ('#e8a090', 1.2)])),

    Picture('Ringed giant.jpg', 'A giant with two of its moons', '2020:08:02 23:50:12',
            WIDE, planets.ringed_giant, 3),
    Picture('Red over maroon.jpg', 'Red over maroon, and yellow', '2018:10:12 12:00:00',
            TALL, fields.colour_field, 3, orientation=8, options=dict(
                ground=['#4a1010', '#6a1714', '#862418'], feather=0.014,
                blocks=[((0.065, 0.05, 0.602, 0.415), ['#b8371a', '#e2602a', '#f28a3a']),
                        ((0.065, 0.44, 0.602, 0.585), ['#2a0a16', '#431022', '#5f1a2c']),
                        ((0.065, 0.61, 0.602, 0.95), ['#c8781a', '#eeb03a', '#f6c85a'])])),
    Picture('Carp pond.jpg', 'Carp under water lilies', '2021:07:04 14:26:31',
            WIDE, flowers.carp_pond, 3, orientation=2),
    Picture('Balloons.jpg', 'Balloons, an hour after dawn', '2018:06:16 06:11:03',
            WIDE, mountains.balloons, 5),
    Picture('Ginkgo.jpg', 'Ginkgo leaves at night', '2022:11:19 19:03:11',
            TALL, flowers.ginkgo, 3, orientation=6),
    Picture('Lavender.jpg', 'Lavender, the evening before the harvest', '2019:07:08 21:05:27',
            FINE, countryside.lavender, 3, orientation=3),
    Picture('Agate.jpg', 'A cut stone', '2019:03:31 12:48:17',
            SQUARE, fields.agate, 8, options=dict(
                colours=['#0f2f3f', '#1f6a78', '#7fb7b0', '#f0e6d0', '#d9a05a', '#8a4a2c', '#3a1c20'])),

    Picture('Zellige.webp', 'Star tiles', '2022:04:14 16:45:30',
            FINE, tilings.zellige, 3, options=dict(
                deep='#1c3f73', turquoise='#2a8c8c', ochre='#d9962f', rust='#a63a26')),
    Picture('Cloud sea.jpg', 'Above the clouds at sunrise', '2020:09:19 06:47:21',
            WIDE, terrain.cloud_sea, 3),
    Picture('Suminagashi.png', 'Ink on still water', '2021:01:30 10:02:58',
            TALL, marbling.floating_ink, 3, options=dict(
                inks=['#1b2a41', '#324a5f', '#1b2a41', '#0c1821'], ground='#f1ece0')),
    Picture('Flame.webp', 'A fractal flame', '2021:08:15 22:22:02',
            FINE, attractors.flame, 34, options=dict(
                functions=attractors.random_flame(34), ground='#07070f',
                colours=['#2a4bd0', '#35b8c8', '#f5d9a0', '#ff7a4a', '#c02a6a'])),
    Picture('Dunes.jpg', 'Dunes in the last hour of the day', '2019:11:24 17:08:46',
            WIDE, terrain.dunes, 5),
    Picture('Cabin in the snow.jpg', 'Someone is at home', '2021:12:23 16:54:02',
            FINE, woods.cabin_in_snow, 4),
    Picture('Sun and hills.jpg', 'Sun and hills', '2021:05:29 09:25:13',
            TALL, posters.sun_discs, 3, orientation=5, options=dict(
                ground='#f3e3cb', sun='#d9633b', rays='#d9a05a',
                hills=[(0.15, 0.75, 0.46, '#7f9c8b', 'rings'), (0.95, 0.65, 0.40, '#2f5d62', 'dots'),
                       (0.45, 0.55, 0.27, '#e0a84e', 'rows'), (0.0, 0.55, 0.20, '#9c3d2e', 'rings'),
                       (1.0, 0.5, 0.15, '#27374d', 'plain')])),

    Picture('Skärgård.jpg', 'White night in the archipelago', '2022:06:24 23:36:48',
            PANORAMA, sea.islands, 3),
    Picture('Stained glass.jpg', 'A window to the east', '2020:06:07 10:31:57',
            TALL, tilings.stained_glass, 3),
    Picture('Red mountain.jpg', 'Red mountain, clear morning', '2018:04:22 05:49:59',
            WIDE, mountains.red_mountain, 7),
    Picture('Birch wood.jpg', 'Birches in October', '2019:10:13 13:40:50',
            SQUARE, woods.birch_wood, 3),
    Picture('Star trails.jpg', 'An hour around the pole', '2022:08:27 23:12:34',
            FINE, skies.star_trails, 3),
    Picture('Mid-century leaves.webp', 'Leaves', '2020:10:25 13:07:35',
            FINE, posters.leaves, 3, options=dict(
                ground='#efe6d2',
                palette=['#2f5d50', '#4f8068', '#c2572f', '#e0894a', '#d9a441', '#f0c66b', '#2d3a3a'],
                blots=[(0.32, 0.42, 0.28, 0.34, 0.3, '#e8b9a0'), (1.1, 0.55, 0.33, 0.28, -0.4, '#c9d2b8'),
                       (0.75, 0.25, 0.2, 0.16, 0.1, '#f0cf8a')],
                stems=[(0.30, 1.02, 0.75, 0.06, 6, 0.36, 0, 1), (0.62, 1.0, 0.60, -0.05, 6, 0.30, 4, 5),
                       (0.95, 1.0, 0.85, 0.04, 7, 0.42, 2, 3), (1.28, 1.0, 0.66, -0.06, 6, 0.34, 0, 1)])),
    Picture('Silk.jpg', 'Silk', '2018:11:18 14:14:14',
            WIDE, fields.silk, 3, options=dict(
                colours=['#3a0f3a', '#8a2a5a', '#e86a6a', '#ffc48a'], folds=4.2)),

    Picture('Julia.webp', 'A Julia set', '2020:12:28 16:00:07',
            FINE, fractals.julia, 2, options=dict(
                c=(-0.79, 0.155), height=2.0, period=4.0, inside='#05060c',
                colours=['#0b1b3d', '#1f5a8c', '#e8e3c8', '#e89a3c', '#7a2035'])),
    Picture('Morning ridges.jpg', 'Ridge behind ridge', '2018:09:30 07:22:45',
            WIDE, mountains.misty_ridges, 11, options=dict(
                sky=[(0, '#7fa3b8'), (0.22, '#c5cfc7'), (0.42, '#fbe3c0'), (0.55, '#ffd9a8'), (1, '#ffcf9e')],
                ridges=['#c3b7b6', '#94a0ad', '#5e7c92', '#33566f', '#14304a'],
                mists=['#fbe2c4', '#f0d9c3', '#c9cbc8', '#8fa9b5', '#3f6079'],
                sun=(0.98, 0.35), disc_radius=0.038, trees=0.07, flock=(0.62, 0.2, 0.010, 9))),
    Picture('Pickover in ink.jpg', 'A strange attractor, drawn with a pen', '2020:02:16 17:42:51',
            SQUARE, attractors.clifford, 3, options=dict(
                a=-1.8, b=-2.0, c=-0.5, d=-0.9, span=4.0, paper='#f3ede0',
                ink=['#1c2f52', '#24506a', '#a8432f'])),
    Picture('Blue hour.jpg', 'Ridges by moonlight', '2020:01:09 17:31:15',
            PANORAMA, mountains.misty_ridges, 23, options=dict(
                sky=[(0, '#0d1733'), (0.35, '#27416f'), (0.62, '#6b86a8'), (0.75, '#c7b7b4'), (1, '#c7b7b4')],
                ridges=['#6f84a5', '#4b6390', '#2c4374', '#172a55', '#070f26'],
                mists=['#b6b5c2', '#8f9fbd', '#647ca6', '#3c5587', '#1a2d57'],
                sun=(2.25, 0.23), glow='#dfe6ff', disc_radius=0.040, disc_colour='#f6f3e6',
                top=0.55, bottom=1.0, layers=8, tall=(0.10, 0.26), wide=(2.4, 1.0))),
    Picture('Slot canyon.jpg', 'Light from above', '2022:10:08 12:21:39',
            TALL, fields.canyon, 3),
    Picture('Paper reef.jpg', 'Cut paper', '2022:01:22 13:37:49',
            WIDE, lines.paper_cut, 3, options=dict(
                papers=['#0b2545', '#134074', '#1f6f9a', '#4fa3b8', '#9fd0c8', '#f2e2c4', '#f2b880',
                        '#e2725b'])),
    Picture('Island of blocks.jpg', 'An island of little cubes', '2021:03:14 18:09:26',
            FINE, tilings.blocks, 3),

    Picture('Milky Way.jpg', 'The Milky Way over the ridge', '2022:07:30 00:27:16',
            TALL, skies.milky_way, 3, orientation=7),
    Picture('Woven.jpg', 'Over two, under two', '2019:01:26 16:18:09',
            SQUARE, tilings.woven, 3, options=dict(
                warp=['#b8442c', '#e0a448', '#efe3c8', '#2c4a5c', '#2c4a5c', '#efe3c8', '#e0a448'],
                weft=['#2c4a5c', '#7f9b8a', '#efe3c8', '#b8442c', '#efe3c8'])),
    Picture('Après la pluie.jpg', 'After the rain', '2019:12:06 18:58:23',
            WIDE, sea.after_rain, 3),
    Picture('Contours.jpg', 'Map of a country that is not there', '2021:10:10 10:10:10',
            FINE, lines.contours, 3, options=dict(
                tints=['#12455a', '#2a7a86', '#8fbfa8', '#e8dcb0', '#d9a868', '#a8603f', '#f3ece0'],
                line='#2a2420')),
    Picture('Eclipse.jpg', 'Totality', '2019:07:02 16:39:20',
            SQUARE, planets.eclipse, 3),
    Picture('Marbled paper.png', 'Ebru, combed twice', '2018:05:03 11:56:08',
            FINE, marbling.ebru, 6, options=dict(
                colours=['#16324f', '#c8553d', '#f2e3c6', '#2f7f86', '#e0a43a', '#f2e3c6'],
                ground='#16324f')),
]
