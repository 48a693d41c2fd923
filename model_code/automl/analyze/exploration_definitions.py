"""What the words of the data exploration notebook mean."""

from column_statistics import OUTLIES_BY
from column_types import MOST_CATEGORIES, NUMBERS_AS_CATEGORIES, OF_A_KIND

DEFINITIONS = f"""\
### Feature types

- **Numeric**: at least {OF_A_KIND:.0%} of the values are numbers, and there are more than \
{NUMBERS_AS_CATEGORIES} of them. Order and distance mean something.
- **Categorical**: at most {MOST_CATEGORIES} values, or two numbers. Two values are the same or not.
- **Text**: more values than that, often words for people to read; in the extreme another one in each row.
- **Datetime**: at least {OF_A_KIND:.0%} of the values are dates, with or without a time.
- **Id**: each row has a UUID of its own, or a whole number out of a range hardly wider than the rows. No \
candidate uses it.
- **Constant**: one value in all rows, or none at all. No candidate uses it.

### Feature statistics

- **Prediction power**: 2 AUC - 1, at least 0, of a model of the feature alone, on the 20 % of the rows that \
it was not fitted on; the mean over five such parts, each with its share of each label. The model is a \
tree of depth 2, or, of categories and texts, the share of the second label among the rows with that value.
- **Outliers**: numbers beyond the median plus or minus {OUTLIES_BY:g} standard deviations, where the \
deviation is that of the values clipped to their 5th and 95th percentile.
- **Skew**: the third central moment over the third power of the standard deviation. 0 where both sides are \
alike; beyond 3 or -3 the distribution has a long tail.
- **Kurtosis**: the fourth central moment over the fourth power of the standard deviation. 3 for the normal \
distribution; more means heavier tails.
- **Missing**: an empty cell, one of spaces, NaN, NULL, N/A and the like, or a number that is not finite.
- **Anomalous rows**: the score of an isolation forest over all features but constant ones; of a category or \
a text it sees how many rows share it."""
