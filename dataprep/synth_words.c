#include "dataprep/synth_grammar.h"

/* Frames around a part's noun phrase or specification, and wordings that many families share.  Parameter names in use:
 * l length, w width or first side, d depth or diameter, h height, t thickness, b bore, hd hole, n count, i inset. */
const cad_rule cad_common_rules[] = {
    /* ---- frames ---- */
    {"short", "[{np}|{np}|{np}|~ {np}|~ {np}.|{np}.]"},
    {"long", "{verb} ~ {np}{end}"},
    {"dims", "{spec}"},
    {"verb",
     "[Make|make|Create|create|I need|i need|Design|design|Model|model|Draw|draw|Give me|give me|Please make|please create|"
     "Generate|generate|Build|build|I want|Can you make|Need|need|We need|let's make|Could you make|Please model|"
     "^Could you draw|^I would like|^Produce|^Please prepare|^Let me have|^looking for|^Sketch|^Show me|^construct|^Help me "
     "with]"},
    {"end", "[||||||.|.|.|, please|, thanks|, in one piece|^ please, thanks|^, thank you|^ for a project|^ as a single body]"},
    {"sep", "[, |, |, |; |\n|\n]"},
    /* ---- round sizes ---- */
    {"dia", "[$_ diameter|$_ diameter|$_ dia|diameter $_|dia $_|dia. $_|Ø$_|Ø $_|$_ in diameter|diameter of $_|$_ "
            "across|D=$_|d $_|d = $_|"
            "diameter: $_|radius $/_|R#/_@|radius of $/_|$/_ radius|R=$/_|r $/_|^diam. $_|^diameter equal to $_|^$/_ in "
            "radius|^$_ wide in diameter]"},
    {"with_dia", "[a diameter of $_|diameter $_|a $_ diameter|$_ diameter|a radius of $/_|radius $/_|~ $/_ radius|^a diameter "
                 "equal to $_]"},
    {"predia", "[$_ diameter|$_ diameter|$_ dia|$_ dia.|Ø$_|$_-diameter|$_ round|R#/_@|$/_ radius|^$_ diam.|^$_ wide round]"},
    {"outer",
     "[$_ OD|OD $_|$_ outer diameter|outer diameter $_|outside diameter $_|$_ outside diameter|od=$_|OD=$_|OD: $_|outer dia $_|"
     "$_ outside|outer radius $/_|$/_ outer radius|^external diameter $_|^$_ on the outside|^$_ external diameter]"},
    {"bore", "[$_ bore|bore $_|$_ hole|$_ ID|ID $_|$_ inner diameter|inner diameter $_|inside diameter $_|$_ inside "
             "diameter|id=$_|ID=$_|"
             "$_ through hole|hole $_|bore of $_|inner dia $_|inner radius $/_|bore radius $/_|&_;M#_ hole|&_;M#_ bore|&_;for "
             "M#_|&_;for M#_ screws|"
             "^internal diameter $_|^opening of $_|^drilled $_|^$_ passage|^$_ clear opening]"},
    {"with_bore",
     "[~ $_ bore|~ $_ hole|~ $_ through hole|a bore of $_|a hole of $_|~ $_ center hole|~ $_ central hole|a through hole $_ in "
     "diameter|"
     "a centre hole of $_|a hole through the middle, $_ diameter|a hole of radius $/_|a bore radius of $/_|a $_ diameter bore|"
     "&_;an M#_ hole|&_;an M#_ bore|^~ $_ axial hole|^an opening of $_|^a hole down the axis, $_]"},
    /* ---- lengths ---- */
    {"tall", "[$_ tall|$_ high|$_ long|$_ tall|^$_ in length]"},
    {"height", "[$_ tall|$_ high|$_ long|height $_|length $_|h=$_|H=$_|L=$_|$_ height|height of $_|$_ in height|length of "
               "$_|height: $_|length: $_|"
               "h $_|^$_ in length|^$_ from end to end|^$_ overall length]"},
    {"thick",
     "[$_ thick|$_ thick|thickness $_|t=$_|T=$_|$_ thickness|thickness of $_|thickness: $_|$_ in thickness|t $_|th. $_|"
     "^$_ gauge|^$_ in depth|^$_ of material]"},
    {"prethick", "[$_ thick|$_ thick|$_-thick|$_]"},
    /* ---- holes `hd`, count `n` ---- */
    {"hole", "[-hd;hole|-hd;through hole|+hd;$hd hole|+hd;$hd through hole|+hd;hole of $hd|+hd;hole of $hd diameter|+hd;$hd "
             "diameter hole|"
             "+hd;$hd dia hole|+hd;Ø$hd hole|+hd;hole $hd in diameter|+hd;hole (dia $hd)|+hd;hole with diameter $hd|+hd;hole "
             "with radius $/hd|"
             "&hd;M#hd hole|&hd;M#hd clearance hole|&hd;hole for M#hd|&hd;hole for an M#hd screw|^-hd;drilled hole|^+hd;$hd "
             "drilled hole|^+hd;$hd opening]"},
    {"holes", "[-hd;%n holes|-hd;%n through holes|-hd;%n holes|+hd;%n holes of $hd|+hd;u;%n $hd holes|+hd;!n x $hd "
              "holes|+hd;!nx $hd holes|"
              "+hd;%n holes of $hd diameter|+hd;%n holes, $hd diameter|+hd;%n holes $hd in diameter|+hd;%n holes Ø$hd|+hd;u;%n "
              "$hd through holes|"
              "+hd;%n holes, each $hd|+hd;%n holes, dia $hd|+hd;%n holes (D=$hd)|+hd;u;%n $hd diameter holes|+hd;%n holes with "
              "a diameter of $hd|"
              "+hd;%n holes of radius $/hd|+hd;%n holes, R#/hd@|+hd;%n holes with radius $/hd|&hd;%n M#hd holes|&hd;!n x "
              "M#hd|&hd;%n holes for M#hd screws|"
              "&hd;%n M#hd clearance holes|^-hd;%n drilled holes|^+hd;u;%n $hd bores|^+hd;%n drillings of $hd|^+hd;a set of %n "
              "holes, $hd each]"},
    /* ---- nothing extra ---- */
    {"just", "[||||just ~|simple|plain|solid|basic|just ~ simple|just ~ plain|single|^mere|^ordinary|^nothing but ~]"},
    {"nothing",
     "[|||||, nothing else|, no holes|, no features|, without holes|, solid|, no extras|, nothing more| without any holes|, "
     "plain|"
     ", no fillets or chamfers|, no other features|^, no cutouts|^, that is all|^, keep it simple|^ and nothing besides]"},
    {NULL, NULL},
};
