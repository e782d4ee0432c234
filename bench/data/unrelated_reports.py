"""Two hundred hand-written failures of as many causes: none belongs to any other, nor to any workspace."""

import polars as pl

from causeloop_pipeline.model.frames import ISSUE_SCHEMA

_REPORTS = """
accordion wheezes on every second note
aquarium pump hums at night and wakes the guests
avalanche beacon beeps without a signal
bakery oven burns the left tray of rolls
barcode on the ham reads as a bottle of vinegar
beehive scale loses a kilogram when it rains
billiard lamp flickers above the corner pocket
boarding pass prints the gate in Greek
bookmobile has no heating on Fridays
bowling lane seven returns the ball too slowly
brass quintet booking was entered for the wrong church
bus stop display counts minutes upwards
butter delivery arrived without its cooling log
cable car cabin swings when it is empty
calf register shows twins as one animal
camera trap takes pictures of rain only
carillon plays the noon melody at eleven
cash drawer of the kiosk jams at the coin tray
cathedral tour audio skips the crypt
chainsaw course has two instructors and no pupils
cheese cellar hatch opens against the draught
chess clock gives white a minute too many
choir rehearsal room smells of fresh paint
cinema popcorn machine drips oil on the counter
city marathon chip stops at kilometre thirty
cloakroom ticket repeats number 41
coffee grinder grinds too coarse after cleaning
compost heap thermometer broke during the frost
copper kettle got a dent in transport
crane simulator turns left on the command for right
cricket scoreboard cannot show three digits
customs form for tulips asks for the weight of the ship
dentist's chair sinks while the patient sits
desert greenhouse has lost its shading net
dinghy trailer lacks a licence plate
dog shelter waiting list ranks cats first
drone survey of the vineyard misses the southern slope
duvet cover order came in the colour of sand
elevator music is louder than the announcement
embroidery pattern mirrors the initials
escape room padlock opens with any code
exhibition label credits the wrong sculptor
fairground wheel halts with gondola nine on top
falconry permit expired on a Sunday
fencing mask fogs in the second round
ferry cabin key does not fit deck four
film projector eats the last reel
fire brigade ladder needs greasing at the third joint
flag of the town hall is upside down
flour silo reports negative height
fog horn stays silent in fog
football pitch lines were drawn a metre short
fountain in the park sprays the benches
freight wagon 218 has a flat wheel
garden gnome contest counts votes of neighbours twice
gas lantern goes out in the wind
geyser timetable is an hour behind
glacier web cam froze in March
glass recycling truck skips the cul-de-sac
goat milk tank foams over
greenhouse tomatoes taste of cucumber
guitar string set lacks the G string
hammock in the display tore at the seam
hang-glider harness pinches the left shoulder
harvest festival tent leaks over the stage
hay bales were wrapped while wet
hearing aid battery lasts half a day
helium order was billed as hydrogen
hiking trail 12 ends at a closed bridge
horse ambulance has no ramp
hot air balloon lost its altimeter in a meadow
hotel minibar bills mineral water as champagne
ice rink melts beside the goal
incubator for quails tips over when opened
insect hotel is inhabited by mice
jam jar lids pop open in the lift
juggling class lacks a high ceiling
kayak rental sheet lists a boat that sank
kindergarten lunch came without spoons
kiln temperature overshoots by sixty degrees
laundry of the clinic shrinks green gowns
lawn mower robot drowned in the pond
library book on moths was eaten by moths
lighthouse bulb is the last of its type
loom shuttle sticks on red yarn
mackerel quota was converted to miles
magic show rabbit refuses the hat
mail coach reenactment blocks the roundabout
maple syrup tap delivers water
marble slab cracked along the vein
marching band uniform fits nobody
merry-go-round horse lost an ear
meteorite fragment was catalogued as slag
mosaic tile 14 fell from the ceiling
museum ticket for pupils costs more than for adults
mushroom identification confuses two boletes
night bus driver missed the detour
nutcracker ballet has one mouse too few
oboe reed split before the concert
observatory dome squeaks while turning
oil painting varnish yellowed within a month
olive press clogs at the second filter
orchid courier box was left in the sun
organ pipe is choked by a wasp nest
origami workshop ran out of square paper
ostrich fence bends under the herd
otter pool slide needs a smoother edge
paddling pool was filled with salt water
pantomime donkey trips over its rear half
parachute log skips jumps made at dusk
parrot lesson recording teaches rude phrases
passport photo booth cuts off foreheads
peach orchard sprinkler starts during the picnic
pedal boat rental loses deposits paid in coins
pencil sharpener leaves splinters on the desk
penguin parade is delayed by shy chicks
perfume tester smells of nothing
piano tuner appointment vanished from the calendar
pigeon race clock disagrees with the loft owner
pillow fight permit excludes feathers
pinball tilt sensor triggers when a tram passes
planetarium show labels Saturn as Jupiter
plum brandy label misspells the village
polar expedition tent arrived without poles
pony saddle slips on the left side
postcard stand is blown over daily
pottery wheel rotates backwards
pretzel dough refuses to rise
pumpkin lantern collapsed on the porch
puppet theatre curtain tears at the hem
quarry siren is inaudible behind the hill
quilt exhibition hangs one row inverted
quiz night buzzer favours table six
racing bicycle tyre loses air overnight
radish seeds turned out to be beets
raft ferry rope frays near the pulley
rain gauge was emptied by a thirsty crow
reindeer transport waits for a vet's stamp
ribbon printer smears gold ink
river lock gate stops half way down
rocking chair walks across the veranda
roof garden soil is too heavy for the beams
rooster in the suburb crows before dawn
rowing machine screen shows strokes as steps
rubber stamp prints the year 1982
sailing knot poster depicts a granny knot as a reef knot
salmon ladder is blocked by driftwood
sandcastle contest coincides with the spring tide
sauna hourglass runs for seven minutes
scarecrow attracts magpies
school bell rings during exams
scooter path merges into a flower bed
sculpture crate is two centimetres too narrow
seal rescue hotline forwards to a pizza place
shepherd whistle confuses the younger dog
ship in a bottle sank its own mast
shoe repair slip names the wrong heel height
silk dye lot 9 fades in daylight
skating trophy was engraved for the runner-up
ski lift gate counts one passenger as two
sleigh bells were packed without clappers
snail farm humidity fell below forty percent
soap carving class lost its blunt knives
solar eclipse glasses lack their certificate
sourdough starter died over the holidays
spice rack order swapped cumin and caraway
squash court floor is slippery after mopping
stained glass window bulges in summer
steam locomotive uses twice its usual coal
stork nest platform leans towards the road
straw hat delivery was crushed flat
street organ roll ends in the middle of a waltz
strawberry stand accepts only exact change
submarine model floats whatever the ballast
sugar beet harvester drops roots on the lane
sundial was mounted facing north
surfboard wax melts in the shop window
swan boat has scratched its neck
swimming badge was sewn on sideways
tambourine rack topples when touched
tandem bike squeals under braking
tango evening lacks partners for eleven ladies
tapestry loan is held up at the border
taxidermy owl lost its glass eye
tea tasting served everything lukewarm
tennis ball machine aims at the umpire
thatched roof grows moss on its eastern half
thimble collection was mislaid in the archive
toboggan run ends in a blackberry bush
tortoise terrarium overheats at noon
toy train signal stays red after the express
truffle dog prefers sausages
tulip bulbs were planted head down
typewriter ribbon is sold out until autumn
umbrella stand overflows in drizzle
unicycle exam was held on cobblestones
vending machine for bait dispenses maggots twice
violin bow shed half its hair
waffle iron sticks at setting three
weather vane points at the ground
""".strip()


def build_unrelated_reports(like: pl.DataFrame) -> pl.DataFrame:
    """The reports as issues of a source that a workspace has, after its newest one."""
    titles = [title[0].upper() + title[1:] for title in _REPORTS.splitlines()]
    source = None
    created = None
    if like.height:
        source = like["source"][0]
        created = like["source_created_at"].max() if "source_created_at" in like.columns else None
    table = pl.DataFrame({"title": titles, "issue_id": [f"unrelated-{at:03d}" for at in range(len(titles))]})
    filled = table.with_columns(
        source=pl.lit(source, pl.String),
        source_created_at=pl.lit(created, ISSUE_SCHEMA["source_created_at"])
        + pl.duration(hours=pl.int_range(1, pl.len() + 1)),
    )
    missing = [
        pl.lit(None, kind).alias(name) for name, kind in ISSUE_SCHEMA.items() if name not in filled.columns
    ]
    return filled.with_columns(missing).select(ISSUE_SCHEMA.names())
