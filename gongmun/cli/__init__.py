"""The command line: `gongmun …`. A thin layer over the services; Korean first, English second."""
