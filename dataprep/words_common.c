#include "dataprep/words.h"

/* Frames around a part's noun phrase or specification, and wordings that many families share.  Parameter names in use:
 * l length, w width or first side, d depth or diameter, h height, t thickness, b bore, hd hole diameter, n count, i inset. */
const cad_rule cad_common_rules[] = {
    /* ---- frames ---- */
    {"short", "[{np}|{np}|{np}|{np}|{np}|~ {np}|~ {np}|~ {np}.|{np}.|{np}.|{np}, please|{np} please|part: {np}|"
              "Part: {np}|new part: {np}|item: {np}|needed: {np}|wanted: ~ {np}|required: {np}|CAD part: {np}|"
              "The part: ~ {np}|model: {np}|for printing: {np}|to print: ~ {np}|- {np}|1) {np}]"},
    {"long", "[{verb} ~ {np}{end}|{verb} ~ {np}{end}|{verb} ~ {np}{end}|{verb} ~ {np}{end}|{verb} ~ {np}{end}|"
             "{verb} ~ {np}{end}|{verb} ~ {np}{end}|{verb} ~ {np}{end}|{verb} ~ {np}{end}|{verb} ~ {np}{end}|"
             "{verb} ~ {np}{end}|{verb} ~ {np}{end}|{hello}{lverb} ~ {np}{end}|{hello}{lverb} ~ {np}{end}|"
             "{why}{lverb} ~ {np}{end}|{why}~ {np}{end}|~ {np}, that is what I need|~ {np}, that's what I want.|"
             "What I need is ~ {np}{end}|what I want is ~ {np}{end}|The part is ~ {np}{end}|This part is ~ {np}{end}|"
             "My part is ~ {np}{end}|the part I need: {np}{end}|I need the following part: {np}{end}|"
             "Make this part: {np}{end}|make the following: {np}{end}|Please make this: {np}{end}|This is ~ {np}{end}|"
             "Part request: {np}{end}|Can you make this? {np}|~ {np}, can you make this?|{np}, can you model that?|"
             "{np}. Please make one.|{np}. Can you do this?|Here is my part: {np}{end}]"},
    {"dims", "[{spec}|{spec}|{spec}|{spec}|{spec}|{spec}|{spec}|{spec}.|{spec}.|part: {spec}|spec: {spec}|Part: {spec}|"
             "new part: {spec}|{lverb} this: {spec}|please make: {spec}|I need: {spec}|part data:\n{spec}|Spec sheet\n{spec}|"
             "Part spec:\n{spec}|{spec}\nThanks|Model this part.\n{spec}|Make this:\n{spec}]"},
    {"hello", "[Hi, |Hi, |hi, |Hello, |hello, |Hey, |hey, |Hi there, |Good morning, |ok, |OK, now |Please, |"
              "quick one: |Quick request: |Simple job: |So, ]"},
    {"lverb", "[make|make|make|create|create|design|model|model|draw|generate|build|make me|draw me|model me|please make|"
              "give me|draw up|do]"},
    {"why", "[For my printer, |for my printer: |For 3D printing: |For my robot, |For a test, |For a fixture, |for the shop: |"
            "For my workbench: |For a repair, |For a prototype, |In CAD, |In one piece: ]"},
    {"verb",
     "[[Make|make|Create|create|I need|i need|Design|design|Model|model|Draw|draw|Give me|give me|Please make|please create|"
     "Generate|generate|Build|build|I want|Can you make|Need|need|We need|let's make|Could you make|Please model]|"
     "[Make|make|Create|create|I need|i need|Design|design|Model|model|Draw|draw|Give me|give me|Please make|please create|"
     "Generate|generate|Build|build|I want|Can you make|Need|need|We need|let's make|Could you make|Please model]|"
     "[Make me|make me|Draw me|Build me|Model me|Design me|Please design|please draw|Please build|please generate|"
     "Please create|please make|please give me|Can you design|can you create|Can you model|can you draw|Can you generate|"
     "can you build|Could you create|could you model|Could you design|Could you build|could you generate|Can I get|"
     "can we get|Could I get|May I get|I want you to make|I need you to model|I need you to design|I want to make|"
     "I want to print|I want to 3D print|I am making|I'm making|I'm designing|i want|We want|we need|I require|We require|"
     "Required:|Wanted:|Needed:|Get me|Provide|Output|Draft|Draw up|Model up|Mock up|Whip up|Now make|now I need|"
     "Let's design|let's model|Let's create]|"
     "[3D model of|CAD model of|3d model for|CAD for|CAD file for|STEP file of|step model of|3D print of|drawing of|"
     "Drawing for|Design for|Model of|Request:|Part:|Job:|Task: model|Task: make|Go ahead and make|Try to model|"
     "Just make|just draw|Simply make|simply model|Machine|Print|Print me|Make one part:|I only need|I just need|"
     "i just want|We are building|I'm building|The customer wants|My boss wants|My client needs|The job is|How about|"
     "What about|Do|Do me|Send me|Give us|give us|make us|Time to make|I could use|i could use|We could use|"
     "I am in need of|in need of|I'm trying to make|trying to model|I need a model of|I need a 3D model of|"
     "I want a model of|Make a model of|Create a 3D model of|create a CAD model of|Generate a model of|Write]|"
     "^Could you draw|^I would like|^Produce|^Please prepare|^Let me have|^looking for|^Sketch|^Show me|^construct|^Help me "
     "with]"},
    {"end", "[||||||||||.|.|.|.|.|.|, please|, please.| please|, thanks|. Thanks|, in one piece|, one "
            "piece|, one part|, for 3D printing|, to be 3D printed|, cheers|, asap|. Please|, ok?|, if you "
            "can|, when you can|. One piece.|"
            "^ please, thanks|^, thank you|^ for a project|^ as a single body]"},
    {"sep", "[, |, |, |, |, |, |; |; |; |\n|\n|\n|\n|. |. | - |\n- |,\n|;\n]"},
    /* ---- round sizes ---- */
    {"dia", "[[$_ diameter|$_ diameter|$_ diameter|$_ dia|$_ dia|diameter $_|diameter $_|dia $_|dia $_|dia. $_|Ø$_|Ø$_|Ø $_|"
            "u;$_ in diameter|u;$_ in diameter|diameter of $_|diameter of $_|$_ across|D=$_|D=$_|d $_|d = $_|diameter: $_]|"
            "[diameter = $_|diameter=$_|dia=$_|dia = $_|dia: $_|D = $_|D: $_|D $_|D$_|d=$_|d: $_|⌀$_|⌀ $_|ø$_|ø $_|phi $_|"
            "$_ dia.|$_ Ø|$_ D|$_ Dia|Diameter $_|Dia $_|u;$_ in dia|dia of $_|a diameter of $_|~ $_ diameter|~ $_ dia|"
            "a dia of $_|diameter is $_|$_ round|$_-diameter|Ø: $_|Ø = $_|Ø=$_|diameter at $_|"
            "diameter, $_|DIA $_|$_ DIA|D. $_|$_ diameter|$_ dia|diameter $_]|"
            "[radius $/_|R#/_@|radius of $/_|$/_ radius|R=$/_|r $/_|r=$/_|R $/_|rad $/_|radius: $/_|radius = $/_|r = $/_|"
            "rad. $/_|r: $/_|radius=$/_|a radius of $/_|~ $/_ radius|R = $/_|$/_ rad|$/_ R|radius is $/_|Radius $/_]|"
            "[$_ diameter|$_ dia|diameter $_|Ø$_|u;$_ in diameter|diameter of $_|$_ across|D=$_|diameter: $_]|"
            "^diam. $_|^diameter equal to $_|^$/_ in radius|^$_ wide in diameter]"},
    {"with_dia", "[a diameter of $_|diameter $_|~ $_ diameter|$_ diameter|a diameter of $_|~ $_ diameter|a dia of $_|dia $_|"
                 "~ $_ dia|$_ dia|diameter of $_|~ diameter of $_|D=$_|D = $_|Ø$_|Ø $_|⌀$_|dia. $_|diameter = $_|"
                 "diameter: $_|~ Ø of $_|a D of $_|dia of $_|"
                 "a radius of $/_|radius $/_|~ $/_ radius|radius of $/_|R=$/_|R#/_@|$/_ radius|^a diameter "
                 "equal to $_]"},
    {"predia", "[$_ diameter|$_ diameter|$_ diameter|$_ dia|$_ dia|$_ dia.|Ø$_|$_-diameter|$_ round|$_ Ø|$_-dia|$_ across|"
               "$_ Dia|u;$_ in diameter|$_ dia round|$_ diameter round|$_ D|u;⌀$_|u;ø$_|u;dia $_|u;diameter $_|u;D=$_|u;D$_|"
               "u;Ø $_|R#/_@|$/_ radius|$/_-radius|$/_ rad|u;radius $/_|u;r=$/_|^$_ diam.|^$_ wide round]"},
    {"outer",
     "[[$_ OD|$_ OD|OD $_|OD $_|$_ outer diameter|outer diameter $_|outer diameter $_|outside diameter $_|$_ outside "
     "diameter|od=$_|OD=$_|OD: $_|outer dia $_|$_ outside|outer radius $/_|$/_ outer radius]|"
     "[od $_|$_ od|od: $_|od = $_|OD = $_|OD of $_|~ $_ OD|an OD of $_|O.D. $_|$_ O.D.|o.d. $_|OD$_|outer $_|outer: $_|"
     "outer = $_|$_ outer|outer dia=$_|outer dia. $_|outer dia: $_|$_ outer dia|$_ outside dia|outside dia $_|"
     "outside dia. $_|outside $_|outside: $_|outer diameter = $_|outer diameter: $_|outer diameter=$_|outer diameter of $_|"
     "an outer diameter of $_|~ $_ outer diameter|~ $_ outside diameter|outside diameter of $_|an outside diameter of $_|"
     "outside diameter: $_|outside diameter = $_|outer Ø$_|outer Ø $_|Ø$_ outer|Ø$_ outside|Ø$_ OD|outside Ø$_|"
     "$_ diameter outside|$_ across the outside|outer size $_|outer D=$_|Do=$_|"
     "Outer diameter $_|outer diameter is $_]|"
     "[$_ OD|OD $_|$_ outer diameter|outer diameter $_|outer dia $_|outside diameter $_|OD=$_|outer radius $/_|"
     "outer radius of $/_|outside radius $/_|$/_ outside radius|outer R=$/_|outer r $/_|outer radius = $/_]|"
     "^external diameter $_|^$_ on the outside|^$_ external diameter]"},
    {"bore",
     "[[$_ bore|bore $_|$_ hole|$_ ID|ID $_|$_ inner diameter|inner diameter $_|inside diameter $_|$_ inside "
     "diameter|id=$_|ID=$_|$_ through hole|hole $_|bore of $_|inner dia $_|inner radius $/_|bore radius $/_|"
     "&_;M#_ hole|&_;M#_ bore|&_;for M#_|&_;for M#_ screws]|"
     "[id $_|$_ id|id: $_|id = $_|ID = $_|ID: $_|ID of $_|an ID of $_|~ $_ ID|I.D. $_|$_ I.D.|ID$_|inner $_|inner: $_|"
     "inner = $_|$_ inner|inner dia=$_|inner dia. $_|inner dia: $_|$_ inner dia|inside dia $_|$_ inside dia|"
     "inside $_|inside: $_|$_ inside|inner diameter = $_|inner diameter: $_|inner diameter of $_|inside diameter of $_|"
     "an inner diameter of $_|~ $_ inner diameter|inside diameter: $_|inner Ø$_|Ø$_ inner|Ø$_ bore|bore Ø$_|"
     "bore Ø $_|Ø$_ hole|hole Ø$_|hole Ø $_|bore=$_|bore = $_|bore: $_|Bore $_|hole=$_|hole = $_|hole: $_|hole of $_|"
     "~ $_ bore|~ $_ hole|a bore of $_|a hole of $_|bored $_|bored to $_|inner diameter is $_]|"
     "[bore dia $_|bore dia. $_|bore diameter $_|bore diameter: $_|bore diameter = $_|bore diameter of $_|$_ bore "
     "diameter|$_ dia bore|$_ diameter bore|$_ diameter hole|$_ dia hole|$_ round hole|hole dia $_|hole diameter $_|"
     "hole diameter of $_|hole diameter: $_|hole diameter = $_|through hole $_|through hole of $_|$_ thru hole|"
     "thru hole $_|$_ thru|$_ through bore|through bore $_|through bore of $_|$_ center hole|$_ centre hole|"
     "center hole $_|centre hole $_|center hole of $_|$_ central hole|central hole $_|$_ center bore|center bore $_|"
     "inner radius of $/_|$/_ inner radius|inside radius $/_|bore radius of $/_|hole radius $/_|$/_ bore radius|"
     "bore R=$/_|inner r $/_|&_;for ~ M#_ screw|&_;M#_ through hole|&_;for M#_ bolts|&_;for ~ M#_ bolt|&_;M#_ clearance|"
     "&_;bore M#_|&_;M#_ clearance hole|&_;hole for M#_]|"
     "^internal diameter $_|^opening of $_|^drilled $_|^$_ passage|^$_ clear opening]"},
    {"with_bore",
     "[[~ $_ bore|~ $_ hole|~ $_ through hole|a bore of $_|a hole of $_|~ $_ center hole|~ $_ central hole|u;a through hole $_ "
     "in diameter|a centre hole of $_|a hole through the middle, $_ diameter|a hole of radius $/_|a bore radius of $/_|~ $_ "
     "diameter bore|&_;an M#_ hole|&_;an M#_ bore]|"
     "[~ $_ bore|~ $_ hole|~ $_ center hole|~ $_ through hole|a bore of $_|~ $_ diameter hole|~ $_ dia hole|~ $_ dia bore|"
     "~ $_ thru hole|~ $_ centre hole|~ $_ central bore|~ $_ center bore|~ $_ centered hole|~ $_ hole in the middle|"
     "~ $_ hole in the center|~ $_ hole in the centre|~ $_ hole through the center|~ $_ hole through the middle|"
     "~ $_ hole down the middle|~ $_ hole down the center|~ $_ hole straight through|~ $_ hole all the way through|"
     "~ $_ bore through the middle|~ $_ bore all the way through|~ $_ round hole|~ $_ round hole in the middle|"
     "~ $_ through bore|a center hole of $_|a central hole of $_|a central bore of $_|a through bore of $_|"
     "a through hole of $_|a through hole, $_ diameter|u;a bore $_ in diameter|u;a hole $_ in diameter|a hole $_ across|"
     "a hole that is $_ across|a hole of diameter $_|a bore of diameter $_|a hole with diameter $_|a hole with a diameter "
     "of $_|a bore with a diameter of $_|a bore diameter of $_|a hole diameter of $_|bore diameter $_|bore $_|hole $_]|"
     "[~ $_ bore|~ $_ hole|hole dia $_|bore dia $_|~ Ø$_ hole|~ Ø$_ bore|~ Ø$_ through hole|a hole Ø$_|a bore Ø$_|an ID of $_|"
     "ID $_|ID=$_|~ $_ ID|an inner diameter of $_|inner diameter $_|~ $_ inner diameter|an inside diameter of $_|"
     "inside diameter $_|one $_ hole in the middle|one $_ hole through the center|one central hole of $_|"
     "a hole (dia $_) through the middle|a hole (D=$_) in the center|a center hole (Ø$_)|a center hole, $_ across|"
     "a central hole, dia $_|u;a hole in the middle, $_ in diameter|a hole with radius $/_|a bore of radius $/_|"
     "a center hole of radius $/_|~ $/_ radius hole|~ $/_ radius bore|a hole radius of $/_|an inner radius of $/_|"
     "&_;~ M#_ through hole|&_;a hole for M#_|&_;a hole for ~ M#_ screw|&_;a hole for ~ M#_ bolt|&_;a bore for M#_|"
     "&_;~ M#_ clearance hole|&_;~ M#_ hole through the middle|&_;~ M#_ center hole]|"
     "^~ $_ axial hole|^an opening of $_|^a hole down the axis, $_]"},
    /* ---- lengths ---- */
    {"tall", "[$_ tall|$_ tall|$_ tall|$_ high|$_ high|$_ long|$_ long|$_ tall|$_ height|$_ length|^$_ in length]"},
    {"height",
     "[[$_ tall|$_ tall|$_ high|$_ high|$_ long|$_ long|height $_|height $_|length $_|h=$_|H=$_|L=$_|$_ height|height of $_|"
     "u;$_ in height|length of $_|height: $_|length: $_|h $_]|"
     "[h = $_|h: $_|H = $_|H: $_|H $_|H$_|h$_|L = $_|L: $_|L $_|L$_|l=$_|l = $_|len $_|len=$_|len = $_|len: $_|len. $_|"
     "length=$_|length = $_|height=$_|height = $_|ht $_|ht=$_|ht. $_|ht: $_|$_ ht|$_ length|$_ len|$_ H|$_ L|Height $_|"
     "Length $_|height is $_|length is $_|~ $_ height|a height of $_|a length of $_|standing $_ tall|standing $_ high|extruded "
     "$_|extruded to $_|extruded by $_|$_ extrusion|tall $_|long $_|$_ tall|$_ long|$_ high|height, $_]|"
     "[$_ tall|$_ high|$_ long|height $_|length $_|height of $_|length of $_|$_ height]|"
     "^$_ in length|^$_ from end to end|^$_ overall length]"},
    {"thick",
     "[[$_ thick|$_ thick|$_ thick|thickness $_|thickness $_|t=$_|T=$_|$_ thickness|thickness of $_|thickness: $_|u;$_ in "
     "thickness|t $_|th. $_]|"
     "[t = $_|t: $_|T = $_|T: $_|T $_|T$_|t$_|thickness=$_|thickness = $_|thick $_|thick: $_|thick=$_|thick = $_|th $_|th=$_|"
     "th: $_|$_ th|$_ th.|$_ T|Thickness $_|$_ Thick|thickness is $_|~ $_ thickness|a thickness of $_|thickness, $_|thickness "
     "at $_|"
     "extruded $_|extrusion $_|$_ thick|$_ thick|$_ thick|$_ thickness|thickness $_]|"
     "[$_ thick|$_ thick|$_ thick|thickness $_|thickness of $_]|"
     "^$_ gauge|^$_ in depth|^$_ of material]"},
    {"prethick", "[$_ thick|$_ thick|$_ thick|$_-thick|$_|$_ thickness|$_ th.|u;t=$_|u;T=$_|u;thickness $_]"},
    /* ---- sizes that are the extent of the whole part; never for a feature of it ---- */
    {"full_dia", "[{dia:_}|{dia:_}|{dia:_}|{dia:_}|{dia:_}|{dia:_}|{dia:_}|{dia:_}|{dia:_}|"
                 "[full diameter $_|total diameter $_|overall diameter $_|an overall diameter of $_|$_ overall diameter|"
                 "circle diameter $_|a full $_ across|overall diameter: $_|overall diameter = $_|$_ in all across|"
                 "max diameter $_|max dia $_|$_ dia overall|$_ across overall]]"},
    {"full_outer", "[{outer:_}|{outer:_}|{outer:_}|{outer:_}|{outer:_}|{outer:_}|{outer:_}|{outer:_}|{outer:_}|"
                   "[overall diameter $_|$_ overall diameter|outer circle $_|$_ outer circle|total diameter $_|"
                   "full diameter $_|overall OD $_]]"},
    {"full_height", "[{height:_}|{height:_}|{height:_}|{height:_}|{height:_}|{height:_}|{height:_}|{height:_}|"
                    "[total height $_|overall height $_|total length $_|overall length $_|$_ total height|$_ overall height|"
                    "$_ total length|full height $_|full length $_|u;$_ in total height|$_ from top to bottom|"
                    "$_ from bottom to top|$_ top to bottom|total height: $_|overall length: $_|an overall height of $_|"
                    "$_ high overall|$_ long overall|$_ tall in all|OAL $_|OAH $_]]"},
    {"full_thick", "[{thick:_}|{thick:_}|{thick:_}|{thick:_}|{thick:_}|{thick:_}|{thick:_}|{thick:_}|"
                   "[total thickness $_|uniform thickness $_|$_ thick throughout|$_ thick all over|$_ thick everywhere|"
                   "thickness $_ throughout|full thickness $_|overall thickness $_|$_ total thickness|$_ thick overall|"
                   "$_ thick in total|overall thickness: $_]]"},
    /* ---- holes `hd`, count `n` ---- */
    {"hole",
     "[-hd;{anyhole}|+hd;$hd {anyhole}|+hd;$hd hole|+hd;[$hd hole|$hd through hole|hole of $hd|hole of $hd diameter|$hd "
     "diameter hole|$hd dia hole|Ø$hd hole|u;hole $hd in diameter|hole (dia $hd)|hole with diameter $hd|hole with radius $/hd]|"
     "+hd;[{anyhole} of $hd|{anyhole} of $hd diameter|{anyhole} of diameter $hd|{anyhole} (dia $hd)|{anyhole} ($hd)|{anyhole} "
     "(Ø$hd)|{anyhole} (D=$hd)|{anyhole} $hd across|u;{anyhole} $hd in diameter|"
     "{anyhole} with diameter $hd|{anyhole} with ~ $hd diameter|{anyhole} with a diameter of $hd|{anyhole} Ø$hd|{anyhole} Ø "
     "$hd|{anyhole} D=$hd|{anyhole} dia $hd|{anyhole} of radius $/hd|{anyhole} with radius $/hd|{anyhole} (R#/hd@)|"
     "{anyhole} (radius $/hd)|{anyhole} with a radius of $/hd|{anyhole} that is $hd across|u;{anyhole} that is $hd in "
     "diameter]|"
     "+hd;[$hd diameter {anyhole}|$hd dia {anyhole}|$hd dia. {anyhole}|Ø$hd {anyhole}|ø$hd {anyhole}|⌀$hd "
     "{anyhole}|$hd-diameter "
     "{anyhole}|$hd Ø {anyhole}|$/hd radius {anyhole}|$hd round hole|$hd {anyhole}]|"
     "&hd;[M#hd hole|M#hd clearance hole|hole for M#hd|hole for ~ M#hd screw|M#hd hole|M#hd screw hole|M#hd bolt hole|"
     "M#hd through hole|hole for ~ M#hd bolt|hole to fit M#hd|clearance hole for M#hd|screw hole for M#hd|hole for M#hd "
     "screws]|"
     "^-hd;drilled hole|^+hd;$hd drilled hole|^+hd;$hd opening]"},
    {"anyhole", "[hole|hole|hole|hole|hole|hole|through hole|through hole|thru hole|through-hole|thru-hole|round hole|screw "
                "hole|bolt hole|drill hole|mounting hole|circular hole|round through hole]"},
    {"anyholes",
     "[holes|holes|holes|holes|holes|holes|holes|holes|through holes|through holes|thru holes|through-holes|thru-holes|"
     "round holes|screw holes|bolt holes|drill holes|mounting holes|fixing holes|circular holes|round through holes]"},
    {"holes",
     "[-hd;%n {anyholes}|-hd;%n {anyholes}|-hd;%n holes|+hd;[%n holes of $hd|u;!n x $hd holes|u;!nx $hd holes|%n holes of $hd "
     "diameter|%n holes, $hd diameter|u;%n holes $hd in diameter|%n holes Ø$hd|%n holes, each $hd|%n holes, dia $hd|%n holes "
     "(D=$hd)|%n holes with a diameter of $hd|%n holes of radius $/hd|%n holes, R#/hd@|%n holes with radius $/hd]|"
     "+hd;u;[%n $hd {anyholes}|%n $hd {anyholes}|%n $hd holes|%n $hd through holes|%n $hd diameter holes|%n $hd diameter "
     "{anyholes}|%n $hd dia {anyholes}|%n $hd dia. {anyholes}|%n $hd-diameter {anyholes}|%n $/hd radius {anyholes}|%n round "
     "$hd holes]|"
     "+hd;[u;!n x $hd {anyholes}|u;!nx $hd {anyholes}|!n X Ø$hd {anyholes}|!n x Ø$hd|!nx Ø$hd {anyholes}|!n-Ø$hd {anyholes}|%n "
     "Ø$hd "
     "{anyholes}|%n ø$hd {anyholes}|%n ⌀$hd {anyholes}|u;!n x $hd dia {anyholes}|u;!n x $hd diameter {anyholes}|u;!nx $hd dia "
     "{anyholes}|u;!n pcs $hd {anyholes}|u;!n off $hd {anyholes}]|"
     "+hd;[%n {anyholes} of $hd|%n {anyholes} of $hd|%n {anyholes} of $hd diameter|%n {anyholes} of diameter $hd|%n {anyholes} "
     "of $hd each|%n {anyholes}, $hd each|%n {anyholes} ($hd)|%n {anyholes} ($hd each)|%n {anyholes} (Ø$hd)|%n {anyholes} "
     "(dia $hd)|%n {anyholes} (D=$hd)|%n {anyholes} ($hd diameter)|%n {anyholes} D=$hd|%n {anyholes} dia $hd|%n {anyholes} "
     "Ø$hd|%n {anyholes}, Ø$hd|%n {anyholes}, $hd dia|%n {anyholes}, diameter $hd|%n {anyholes}, all $hd|%n {anyholes} $hd "
     "across|%n {anyholes}, $hd across|u;%n {anyholes}, each $hd in diameter|%n {anyholes}, each $hd across|%n {anyholes} with "
     "diameter $hd|%n {anyholes} with ~ $hd diameter|u;%n {anyholes}, all $hd in diameter|u;%n {anyholes} that are $hd in "
     "diameter|%n {anyholes} that are $hd across|%n {anyholes} at $hd diameter|%n identical {anyholes} of $hd|%n equally big "
     "{anyholes}, $hd diameter|%n {anyholes} of radius $/hd|%n {anyholes}, radius $/hd|%n {anyholes} (R#/hd@)|%n {anyholes} "
     "with a radius of $/hd]|"
     "&hd;[%n M#hd holes|!n x M#hd|%n holes for M#hd screws|%n M#hd clearance holes|%n M#hd {anyholes}|!n x M#hd holes|!nx "
     "M#hd "
     "holes|%n M#hd screw holes|%n holes for M#hd|%n {anyholes} for M#hd|%n {anyholes} for M#hd bolts|%n {anyholes} to fit "
     "M#hd|%n clearance holes for M#hd|%n holes (M#hd)|%n holes, M#hd]|"
     "^-hd;%n drilled holes|^+hd;u;%n $hd bores|^+hd;%n drillings of $hd|^+hd;a set of %n holes, $hd each]"},
    /* ---- nothing extra ---- */
    {"just",
     "[|||||||||just ~|just ~|simple|simple|plain|solid|basic|just ~ simple|just ~ plain|single|just one|just one simple|"
     "bare|standard|regular|normal|straightforward|one-piece|very simple|simple solid|plain simple|^mere|"
     "^ordinary|^nothing but ~]"},
    {"nothing",
     "[||||||||||, nothing else|, nothing else|, no holes|, no holes|, no features|, without holes|, solid|, no extras|, "
     "nothing "
     "more| without any holes|, plain|, no fillets or chamfers|, no other features|, and nothing else| and nothing else|, with "
     "no "
     "holes| with no holes|, no extra features|, no fillets|, no chamfers|, sharp edges|, all sharp edges|, no rounding|, no "
     "details|, no holes or fillets|, no holes, no fillets|, without any features|, without fillets|, without extras|, "
     "no pockets|, no slots|, nothing added|, all solid|, no frills|, featureless|, only that|, only this| only|, fully "
     "solid|, "
     "completely plain|, no holes anywhere| with nothing else|, don't add anything|, don't add holes|, leave off any holes|"
     "^, no cutouts|^, that is all|^, keep it simple|^ and nothing besides]"},
    /* ---- sizes that several families word in their own way: of a part of a body, never over all; of a disc ---- */
    {"feature_dia",
     "[[$_ diameter|$_ diameter|$_ diameter|$_ dia|diameter $_|diameter $_|dia $_|dia. $_|Ø$_|Ø$_|Ø $_|u;$_ in "
     "diameter|diameter of $_|diameter of $_|$_ across|D=$_|d $_|d = $_|diameter: $_]|[diameter = $_|diameter=$_|dia=$_|dia = "
     "$_|dia: $_|D = $_|D: $_|D $_|D$_|d=$_|d: $_|⌀$_|ø$_|phi $_|$_ dia.|$_ Ø|Diameter $_|dia of $_|a diameter of $_|~ $_ "
     "diameter|~ $_ dia|diameter is $_|$_-diameter|Ø: $_|Ø = $_|Ø=$_|DIA $_|D. $_|$_ diameter|$_ dia]|[radius $/_|R#/_@|radius "
     "of $/_|$/_ radius|R=$/_|r $/_|r=$/_|R $/_|rad $/_|radius: $/_|radius = $/_|r = $/_|r: $/_|radius=$/_|a radius of $/_|~ "
     "$/_ radius|R = $/_|radius is $/_]|[$_ diameter|$_ dia|diameter $_|Ø$_|diameter of $_|$_ across|D=$_|diameter: $_]|^diam. "
     "$_|^diameter equal to $_|^$/_ in radius|^$_ wide in diameter]"},
    {"feature_with_dia",
     "[a diameter of $_|diameter $_|~ $_ diameter|$_ diameter|a diameter of $_|~ $_ diameter|a dia of $_|dia $_|~ "
     "$_ dia|$_ dia|diameter of $_|D=$_|Ø$_|Ø $_|⌀$_|dia. $_|diameter = $_|diameter: $_|dia of $_|a radius of "
     "$/_|radius $/_|~ $/_ radius|radius of $/_|R=$/_|$/_ radius|^a diameter equal to $_]"},
    {"feature_thick",
     "[[$_ thick|$_ thick|$_ thick|thickness $_|thickness $_|t=$_|T=$_|$_ thickness|thickness of $_|thickness: $_|u;$_ in "
     "thickness|t $_|th. $_]|[t = $_|t: $_|T = $_|T: $_|T $_|thickness=$_|thickness = $_|thick $_|thick: $_|thick=$_|thick = "
     "$_|th $_|th=$_|$_ th.|thickness is $_|~ $_ thickness|a thickness of $_|$_ thick|$_ thick|$_ thick|$_ thickness|thickness "
     "$_]|[$_ thick|$_ thick|$_ thick|thickness $_|thickness of $_]|^$_ gauge|^$_ in depth|^$_ of material]"},
    {"disc_dia",
     "[[$_ diameter|$_ diameter|$_ dia|$_ dia|diameter $_|diameter $_|dia $_|dia. $_|Ø$_|Ø$_|Ø $_|u;$_ in diameter|"
     "diameter of $_|diameter of $_|$_ across|D=$_|d $_|d = $_|diameter: $_]|"
     "[diameter = $_|diameter=$_|dia=$_|dia = $_|dia: $_|D = $_|D: $_|D $_|D$_|⌀$_|ø$_|phi $_|$_ dia.|$_ Ø|$_ Dia|Dia $_|"
     "dia of $_|a diameter of $_|~ $_ diameter|~ $_ dia|diameter is $_|$_-diameter|Ø: $_|Ø = $_|Ø=$_|diameter, $_|DIA $_]|"
     "[radius $/_|R#/_@|radius of $/_|$/_ radius|R=$/_|r $/_|r=$/_|rad $/_|radius: $/_|radius = $/_|a radius of $/_|"
     "~ $/_ radius|R = $/_|$/_ rad|radius is $/_]|"
     "[$_ diameter|$_ dia|diameter $_|Ø$_|diameter of $_|$_ across|D=$_|diameter: $_]|"
     "^diam. $_|^diameter equal to $_|^$/_ in radius|^$_ wide in diameter]"},
    {"disc_with_dia",
     "[a diameter of $_|diameter $_|~ $_ diameter|$_ diameter|a dia of $_|dia $_|~ $_ dia|$_ dia|D=$_|Ø$_|Ø $_|"
     "⌀$_|dia. $_|diameter = $_|a radius of $/_|radius $/_|~ $/_ radius|R=$/_|^a diameter equal to $_]"},
    {"disc_thick",
     "[[$_ thick|$_ thick|$_ thick|thickness $_|thickness $_|t=$_|T=$_|$_ thickness|thickness of $_|thickness: $_|"
     "u;$_ in thickness|t $_|th. $_]|"
     "[t = $_|t: $_|T = $_|T: $_|T $_|T$_|t$_|thickness=$_|thickness = $_|thick $_|thick: $_|thick=$_|th $_|th: $_|$_ th|"
     "$_ T|Thickness $_|$_ Thick|thickness is $_|~ $_ thickness|a thickness of $_|thickness, $_]|"
     "[$_ thick|$_ thick|$_ thick|thickness $_|thickness of $_]|^$_ gauge|^$_ in depth|^$_ of material]"},
    {NULL, NULL},
};
