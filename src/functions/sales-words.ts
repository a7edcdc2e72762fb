/** Common English words in alphabetical order, for the descriptions of mock sales. */
export const SALES_WORDS: readonly string[] = `
a able about above abroad absent accept account acre acres across act active actor actors actual
add adding address admire admiring admit admitted admitting adult advise advised after again
against age agency agent agents ages ago agree ahead aim aims air airport airports album albums
alike alive all allow allowed almost alone along aloud already also although always am among
amount amounts amuse an ancient and angle angles angry animal announce announced another answer
answers ant any anybody anyone anything anyway anywhere apart apartment apartments appear
appeared applaud applauded applauding apple apples are area areas argue arm armies arms army
around arrange arranged arrive arrived arriving arrow arrows art article artist artists as aside
ask asked asleep at attach attaching attack attacked attend aunt aunts author authors avoid
avoided avoiding away awful baby back backs bad bag bags bake baked baking balance balanced ball
banana band bands bank bar bare barn barns bars basic basket baskets bath battle battles be
beach beaches bean beans bear beard beautiful became because become bed bee been before beg
began begged begin behave behaved behaving behind being bell bells belong belonging below belt
bench benches bent beside best better between beyond big bill bills bird birds birthday
birthdays bitter black blink block blocks blue board boat body boil boiling bold bone bones book
boot boots border borders born borrow both bottle bottles bottom bottomless bottoms bounce bow
bowing bowl box boxes boy boys brain brains branch brave bread breads breathe breathing breeze
brick bridge brief bright bring brother brothers brought brown brush brushes brushing bucket
building built bump bus busy but button buy by cabin cabins cable cake cakes call calm came
camel camels camera cameras camp can candle candles cap caps car card care careful carpet
carried carrot carry cars cart castle cat cats caught cause caused cave caves cellar center
centers centuries century certain chain chains chair chapter chapters chase cheap cheat cheated
cheating check checked checking cheek cheer cheered cheese cheeses chef chefs cherries cherry
chest chew chewing chicken chickens chief child chin chins choose choosing church circle city
claim claimed clap class classes clean cleaned clear clerk clerks clever cliff climb climbing
clock close cloud clown clowns club clubs coach coaches coast coat coin cold collar collars
collect collected collecting color colors column columns comb combs come comet common compare
complain complained complaining complete completing concern concerned concerning concert confuse
confused confusing connect consider considering contain contained containing contest contests
continue continued cook cool copy corn corner correct corrected correcting cottage cottages
couch cough coughing could count counted counting countries country couple court courts cousin
cousins cover covered covering covers cow cows crab crack cracked cracking crash crashed
crashing crazy cream create created creature crew crews cried cross crosses crowd crown cruel
cry cup cure cured curing curious curtain curtains curve curves customer cycle daily daisy
damage damaged dance danced dancer dancers dark daughter day days dead deaf deal dear decide
deck decorate deep deer degree deliver dentist dentists depend depended depending describe
described describing desert deserts deserve desk desks destroy destroyed detail develop
developing diamond dictionaries dictionary did different difficult dinner direction directions
dirty disagree discover dish dishes distant divide divided dividing do doctor doctors does dog
dogs doll dollar dollars dolls done donkey donkeys door doors dot dots double doubt down dozen
drag dragged drank draw drawer drawers drawn dream dress drew drink drive driven driver drop
drops drum dry drying duck due dull during dusty each eager eagle eagles ear early earn earned
earning ears east eastern easy eat eaten echo echoed echoing edge effect effects effort efforts
egg eight either elbow elbows electric elephant elevator elevators eleven else employ empty
encourage encouraging end ended ending engine enjoy enjoying enough enter entering entire equal
escape escaped even evening event events ever every everybody everyone everything everywhere
evil exact exam examine example examples exams excite excited excuse excused exercise exist
existing exit exits expand expanded expanding expect expected expensive expert experts explain
explaining explore extend extending extra eye face faces fact factories factory fail failing
fair faithful fallen false family famous fan fans far farm farmer farmers farms fast fasten
fastened fastening fat father fathers favorite feather feathers feel feet fell felt fence fetch
few field fierce fifteen fifty figure figures file filing fill filling film films final fine
finger fingers fire fireman fires first fish fit five fix fixed flag flags flame flames flat
flew float floated flood flooding floor flow flowed flower fly fog fold folded folder folders
follow followed fond food foods foolish for force forest forests forever forget forgive forgot
fork forks form former forming forty forward fought found founding four fourteen fox foxes frame
free freeze fresh friend friends frog frogs from front fruit full fun funny further future game
games garage garages garden garlic gate gates gather gathering gave gaze gazing general gentle
get giant gift giraffe giraffes girl give given glad glass glasses glove glow glowing go goal
goat goats gold gone good gotten grab grain grains grand grape graph grass gray great greedy
green greet grew grey grin ground group grow grown guard guards guess guessing guest guide
guitar habit had half hall hammer hammers hand handle handles handsome hang hanging happen
happened happy harbor hard hardly harm harsh has hat hate hated hating have he heal healthy
heard heart heat heated heating heavy heel heels held hello helmet help helping hen her here
hero heroes hers herself hidden high hill hills him himself hint his hit hobbies hobby hold hole
holes holiday holidays hollow home honest honey hook hooks hope hoped horn horns horse hospital
hot hotel hour house how however hug huge hugging human humble hundred hungry hunt hurry hurt
husband i ice idea ideas identify if ignore ignoring ill imagine imagined imagining important
improve in inch inches include included increase increasing indeed indoor inform informed insect
insects inside instead interesting into invent invented invite invited iron is island islands it
itch itched itching item items its itself jacket jackets jar jewel job jog join joined joining
joke jolly journal journals journey journeys judge judges juggle juggling juice jump jumped
jungle jungles just keen keep kept kettle kettles key kick kind king kings kiss kitchen kite
kites kitten kittens knee knees knew knit knock knot know known label labeled labeling ladder
lady lake lakes lamp land landing lands language languages last laugh laughed laughing lawn
lawyer lay layer layers lazy lead leader leaders learn learned least leave led left lemon lemons
lend less lesson let letter letters level levels library lick lid lids lift lifted lifting light
lights like liked line lines lion lions lip liquid list listen listened listing lists liter
little live lizard load loaded local lock log lonely long look loop loose lose lost lot loud
love loved low lower lucky lunch lunches machine mad made magazine magazines magic magnet main
major make man manage managing many map maps march marched marching mark marked market married
marry mask masks match matches matter may maybe me meal meals mean meant measure measuring meet
melon melt member memory men mend mended mending menu merry message met metal metals meter
middle might mild mile miles mill million mine minor minute mirror mirrors miss missing mix
model modern moment money monkey month months moon more morning most mostly motor motors
mountain mountains mouth mouths move movie moving much multiplied multiply multiplying museum
museums mushroom mushrooms music must my myself nail nails name names napkin narrow nasty
national native natural naughty near nearly neat neck necks need needle needles neither nervous
nest net never new newspaper next nice night nine nineteen ninety no noble nobody nod nodding
noise noisy none noon nor normal north northern nose not note nothing notice noticed now nowhere
number nurse nurses obey obeying object obvious ocean oceans odd of off offer offered offering
office often oh oil okay old on once one onion only onto open opposite or orange orchard order
ordered ordinary other our ours ourselves out outdoor outside oven over owl owls own owned owner
owning pack package packages packed page pages paint painting pair palace pale pan panda paper
parade parades parent parents park parked parks parrot part parts party pass passenger passing
past paste pasted pasting path pattern patterns pause paused pausing pay paying pea peace peach
peak pear pears peel peeling pen pencil penguin pens people pepper perfect perhaps person
persons phone phoned phoning photo photos piano pick picked picking picnic picture pie piece
pieces pig pigs pillow pilot pilots pin pink pipe pipes pirate pizza place placed places placing
plain plan planet planets plans plant planted plate plates play player players pleasant please
plenty pocket poem poet point polish polished pond ponds ponies pony pool pools poor popular
port ports possible post pot potato potatoes pound pounds pour poured powerful practice praise
praised pray prayed prefer preferred prepare present presented presenting press pressed pressing
pretend pretending pretty prevent preventing prince princes princess print printed printing
private prize prizes problem produce producing program programs project projects promise
promising proper protect protected proud provide provided public pull pulling pump pumping
pumpkin pumpkins puppies puppy pure purple push put puzzle puzzles queen queens question
questions quick quiet quite rabbit race radio radios rail raise raised raising ran ranch ranches
rare rather raven raw reach reached read ready real realize realized really reason receive
receiving recipe recipes record records red reduce reducing refuse region regular relax relaxing
remain remained remember remembered remind reminded remove repair repaired repeat replace
replied reply report reports request rescue rescued rest restaurant restaurants result results
return ribbon rich ride right ring rings ripe river rivers road robin robins robot rock rocks
rode roll rolled rolling roof roofs room rooms root roots rope ropes rose roses rough round
route routes row rowed royal rub rubbing rule ruled ruler run rural rush rushed rushing sad
saddle saddles safe said sail sailed sailing sailor salad salt same sand sandwich sang sat save
saved saving saw say scared scatter scattered school scold scolding scrape scraped scraping
scratch scratching screen screw sea search searching seat seats second secret see seed seeds
seem seen self sell send sent sentence serious serve set settle seven seventeen seventy several
shadow shadows shady shake shaking shallow shape shapes share shark sharp shave shaved she sheet
sheets shelf shell shelter sheltered shiny ship shirt shiver shivered shoe shoes shop short
should shoulder shout shouted shower shut shy sick side sign signs silent silk silly silver
simple since sing singer single sister sit six sixteen sixty size sizes skate skated skin skip
skipping skirt skirts sky sleep sleepy slept slight slip slipped slipping slow small smart smell
smelling smile smiling smooth snail snails snake snakes sneeze sneezed sneezing snow snowing so
soak soaking soap sofa soft soil sold soldier soldiers solid some somebody somehow someone
something sometimes somewhere son song songs sons soon sorry sort sorted sorting sound soup
soups sour south southern space spare speak special speed spell spelled spelling spend spent
spider spiders spill spilling splash spoke spoon spot spots spread spring sprinkle sprinkled
sprinkling square squares squirrel squirrels stage stair stairs stamp star start started station
stations statue statues stay stayed staying steady steel steep stem step steps stick sticks
stiff still stone stones stood stop store stories storm story stove stoves strange stranger
strangers straw stream street streets stretch stretched strict string strong stuck student
students studio stupid subject subjects such sudden sugar suggest suggested suggesting suit
summer sun super supply supplying support supported suppose supposing sure surface surprise
surprised surround surrounding suspect suspected swan swans sweater sweet swift swim swing
switch switched switching swum symbol symbols table tables tail tailor tailors take taken talk
talked tall tame tank tanks tap task tasks taste tasted taught taxi tea teach teacher team teams
tease teased tell temple ten tender tent tents terrible test tests than thank thanking that the
theater theaters their theirs them themselves then there these they thick thin thing things
think third thirsty thirteen thirty this those though thought thousand thread three threw
through throw thrown thumb thumbs thus ticket tickets tidy tie tied tiger tight time times tiny
tire tired title to today toe toes together told tomato tomorrow tonight too took tool top topic
torn total touch touched tough toward tower towers town towns toy trace track tractor trade
train trains travel traveling tray treat treating tree triangle triangles trip truck trucks true
trunk trust trusted truth try trying tube tubes tulip tulips tunnel turkey turkeys turn turned
turtle turtles twelve twenty twice twist twisting two type typed typing ugly umbrella umbrellas
uncle uncles under unhappy unit unless until unusual up upon upper upset upstairs us use useful
useless usual valley value van vans vase vast vegetable vegetables vehicle very view village
violet violin visit visited visiting visitor vivid voice volcano vowel vowels wagon wait waited
waiter waiters wake walk walked wall wallet wallets wander wandering want wanting war warm
warmed warming warn warned warning was wash washed watch watching water watering wave way we
weak wealth wear weather week weekly weeks weigh welcome welcoming went were west western wet
whale what whatever wheat wheel when whenever where wherever whether which while whisper
whispering whistle white who whole whom whose why wide wife wild will wind window windows wine
wing wings winner winter wipe wiped wire wise wish wished wishing with within without witness
woke wolf woman women won wonder wondered wondering wood wooden wool word words work worked
worker workers working world worlds worm worn worry worrying worse worst worth would wrap
wrapping write writer written wrong wrote yard yawn yawned year years yell yelled yellow yes
yesterday yet you young your yours yourself zebra zero
`
  .trim()
  .split(/\s+/)
