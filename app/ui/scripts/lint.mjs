console.log("lint: nothing yet")
