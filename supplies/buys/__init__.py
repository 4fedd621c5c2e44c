"""What the organiser's and the committee's pages show: words, forms and sheets of a round."""
