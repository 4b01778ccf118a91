/** The words of pet names: adverbs, adjectives and animals. */
export const ADVERBS = (
  "abundantly actively barely boldly briefly brightly calmly carefully cheaply clearly closely daily deeply " +
  "directly early easily eagerly equally evenly exactly fairly finally firmly freely gently gladly greatly happily " +
  "highly honestly jointly kindly largely lightly likely loudly mainly mildly mostly nearly neatly newly nicely " +
  "notably openly partly plainly possibly promptly properly purely quickly quietly rapidly rarely readily really " +
  "richly rightly roughly safely sharply simply slowly smoothly softly solely steadily strongly supremely surely " +
  "swiftly tightly truly usually warmly wholly widely wisely"
).split(" ");

export const ADJECTIVES = (
  "able active alert amber amused apt aware balanced bold brave breezy bright calm capable careful casual champion " +
  "cheerful clean clever composed cool cosmic crisp curious daring dashing decent deep driven eager early easy " +
  "electric fair famous fancy fast fine firm fluent fresh frank gentle giving glad golden grand grateful handy happy " +
  "helpful honest humble ideal intent jolly joyful keen key kind large light lively logical loved loyal lucky main " +
  "major merry mighty modest moved natural neat needed nice noble normal open patient peaceful pleased polite prime " +
  "prompt proper proud quick quiet rapid rare ready regular relaxed rested rich robust sacred safe settled sharp " +
  "simple sincere skilled smart smooth social solid sound square stable steady stirring strong subtle sunny super " +
  "sure sweet tidy topical tough upright useful valued vast vital warm wealthy welcome whole willing wise witty workable"
).split(" ");

export const ANIMALS = (
  "adder alpaca anchovy ant antelope badger bass bat bear beagle bee beetle bison boar bobcat buck buffalo bull " +
  "bulldog bunny camel caribou cat chamois cheetah chicken chimp cicada cobra cod colt condor corgi cougar cow " +
  "coyote crab crane cricket crow dassie deer dingo dodo dog dolphin donkey dove dragon duck eagle eel egret elk emu " +
  "falcon fawn feline ferret finch firefly fish flounder fly foal fowl fox frog gannet gar gator gazelle gecko gibbon " +
  "giraffe glider gnat goat goldfish goose gopher grackle grouse grub guinea gull halibut hare hawk hedgehog hen " +
  "heron herring hornet horse hound husky hyena ibex imp insect jackal jaguar jay jennet kangaroo katydid killdeer " +
  "kingfish kite kitten koala koi krill lab ladybug lamb lark lemur leopard lion lionfish lizard llama lobster locust " +
  "lynx mackerel macaw magpie mako mallard mammoth manatee mantis marlin marmot marten martin mastiff midge mink " +
  "minnow mole mongoose moose moray moth mouse mule mullet muskrat newt octopus orca oriole osprey ostrich otter owl " +
  "ox oyster panda panther parrot peacock pelican penguin perch pheasant pig pigeon pika piranha platypus pony poodle " +
  "porpoise possum prawn puffin puma pup python quagga quail rabbit raccoon ram raptor raven ray redbird reindeer " +
  "robin rooster sailfish salmon satyr sawfish scorpion seagull seahorse seal shad shark sheep shepherd shiner shrew " +
  "shrimp skink skunk sloth slug snail snake snapper spaniel sparrow spider sponge squid squirrel stag stallion " +
  "starfish starling stingray stork stud sturgeon sunbird swan swift tadpole tapir teal termite terrapin terrier " +
  "thrush tick tiger toad tomcat tortoise toucan treefrog troll trout tuna turkey turtle unicorn urchin vervet viper " +
  "vulture wahoo wallaby walleye walrus warthog wasp weasel weevil whale whippet wildcat wolf wombat woodcock worm " +
  "wren yak yeti zebra"
).split(" ");
