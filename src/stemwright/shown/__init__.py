"""What a song or a machine looks like: pictures, sheets, reports, the doctor."""
